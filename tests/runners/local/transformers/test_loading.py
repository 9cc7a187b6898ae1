"""Weights of every kind, and what is wrong with some."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from agentkit.errors import ConfigurationError, WeightsError
from agentkit.runners.local.engine import Load
from agentkit.runners.local.transformers.engine import Transformers
from agentkit.runners.local.transformers.folder import read_folder

from .conftest import ask
from .tiny_models import FAMILIES, make_awq, make_model, pack

PROMPT = [5, 6, 7, 8, 9]


@pytest.fixture
def folder(folders: dict[str, Path], tmp_path: Path) -> Path:
    """A tiny model to be spoilt."""
    return Path(shutil.copytree(folders["llama"], tmp_path / "model"))


def logits(engine: Transformers) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = engine._model(torch.tensor([PROMPT])).logits
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_awq_weights_become_the_numbers_that_they_stand_for(
    family: str, folders: dict[str, Path], tmp_path: Path
) -> None:
    meant = make_awq(tmp_path / "awq", folders[family])
    engine = Transformers(Load(tmp_path / "awq", 512, device="cpu"))
    found = engine._model.state_dict()
    assert engine.name == "transformers (cpu, float32, awq unpacked, sdpa)"
    assert found.keys() == meant.keys()
    assert all(torch.equal(found[name], tensor.float()) for name, tensor in meant.items())
    assert ask(engine, PROMPT).text
    engine.close()


def test_awq_keeps_what_the_model_says(folders: dict[str, Path], tmp_path: Path) -> None:
    """4 bits with a scale for each 32 weights change the logits of a random model, but not all."""
    make_awq(tmp_path / "awq", folders["llama"])
    plain, packed = (Transformers(Load(path, 512, device="cpu")) for path in (folders["llama"], tmp_path / "awq"))
    difference = (logits(plain) - logits(packed)).norm() / logits(plain).norm()
    assert 0.001 < difference < 0.6
    plain.close()
    packed.close()


def test_the_packer_of_these_tests_is_autoawqs() -> None:
    """Eight columns 0 to 7 of one row, in the nibbles 0 2 4 6 1 3 5 7 from the lowest: 0x75316420."""
    weight = torch.arange(8).float().unsqueeze(1).repeat(1, 32)
    weight[:, 0], weight[:, 1] = 0, 15
    parts, meant = pack(weight, 32)
    assert parts["qweight"][2, 0].item() == 0x75316420
    assert torch.allclose(meant, weight, atol=1e-2)


@pytest.mark.parametrize(
    "change", [{"bits": 8}, {"version": "gemv"}, {"zero_point": False}], ids=["bits", "layout", "no zeros"]
)
def test_awq_of_another_kind_is_refused(change: dict[str, object], folders: dict[str, Path], tmp_path: Path) -> None:
    make_awq(tmp_path / "awq", folders["llama"])
    config = json.loads((tmp_path / "awq" / "config.json").read_text())
    config["quantization_config"] |= change
    (tmp_path / "awq" / "config.json").write_text(json.dumps(config))
    with pytest.raises(WeightsError, match="AWQ of a kind that is not known"):
        Transformers(Load(tmp_path / "awq", 512, device="cpu"))


@pytest.mark.parametrize("family", FAMILIES)
def test_int8_on_load_keeps_what_the_model_says(family: str, folders: dict[str, Path]) -> None:
    plain = Transformers(Load(folders[family], 512, device="cpu"))
    small = Transformers(Load(folders[family], 512, device="cpu", quantization="int8"))
    assert small.name == "transformers (cpu, float32, int8, sdpa)"
    difference = (logits(plain) - logits(small)).norm() / logits(plain).norm()
    assert 0.0001 < difference < 0.1
    assert small.weight_bytes * 4 == plain.weight_bytes
    assert ask(small, PROMPT).end.completed == 20
    plain.close()
    small.close()


def test_what_cannot_be_quantized_on_load_is_said(folders: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="quantization='int3'"):
        Transformers(Load(folders["llama"], 512, device="cpu", quantization="int3"))
    make_awq(tmp_path / "awq", folders["llama"])
    with pytest.raises(ConfigurationError, match="is quantized already"):
        Transformers(Load(tmp_path / "awq", 512, device="cpu", quantization="int8"))


def test_half_precision_weights_are_computed_in_float32_on_a_cpu(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model", "qwen2", dtype="float16")
    tensors = load_file(folder / "model.safetensors")
    save_file({name: tensor.half() for name, tensor in tensors.items()}, folder / "model.safetensors", {"format": "pt"})
    engine = Transformers(Load(folder, 512, device="cpu"))
    assert engine.name == "transformers (cpu, float32, sdpa)"
    assert ask(engine, PROMPT).end.completed == 20
    engine.close()


def test_weights_in_several_files_are_loaded_together(folders: dict[str, Path], tmp_path: Path) -> None:
    import transformers

    model = transformers.AutoModelForCausalLM.from_pretrained(folders["llama"])
    folder = tmp_path / "sharded"
    model.save_pretrained(folder, max_shard_size="200KB")
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(folders["llama"] / file, folder / file)
    assert len(list(folder.glob("*.safetensors"))) > 1
    whole, parts = (Transformers(Load(path, 512, device="cpu")) for path in (folders["llama"], folder))
    assert ask(parts, PROMPT).text == ask(whole, PROMPT).text
    assert read_folder(folder).parameters == read_folder(folders["llama"]).parameters
    whole.close()
    parts.close()


def cut(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1000])


def no_header(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"\xff" * 4000)


def empty(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"")


def pickles(folder: Path) -> None:
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def no_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def broken_config(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def another_model(folder: Path) -> None:
    change(folder, model_type="telepathy", architectures=["TelepathyForCausalLM"])


def another_shape(folder: Path) -> None:
    change(folder, hidden_size=32)


def more_layers(folder: Path) -> None:
    change(folder, num_hidden_layers=3)


def unknown_quantization(folder: Path) -> None:
    change(folder, quantization_config={"quant_method": "magic", "bits": 4})


def quantization_of_no_kind(folder: Path) -> None:
    change(folder, quantization_config="awq")


def quantization_of_words(folder: Path) -> None:
    change(folder, quantization_config={"quant_method": "gptq", "bits": "four"})


def no_tokenizer(folder: Path) -> None:
    for file in folder.glob("tokenizer*"):
        file.unlink()


def broken_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text('{"version": 1}')


def change(folder: Path, **changes: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | changes))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (cut, r"it has .* bytes, not"),
        (no_header, "header"),
        (empty, "header"),
        (pickles, "pickles"),
        (no_weights, "safetensors"),
        (no_config, r"config\.json"),
        (broken_config, r"config\.json"),
        (another_model, "telepathy"),
        (another_shape, "other shapes than its config"),
        (more_layers, "missing_keys"),
        (unknown_quantization, "magic"),
        (quantization_of_no_kind, "quantization_config that cannot be read"),
        (quantization_of_words, "quantization_config that cannot be read"),
        (no_tokenizer, "tokenizer"),
        (broken_tokenizer, "tokenizer"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_broken_weights_are_refused_with_what_is_wrong_and_nothing_is_printed(
    folder: Path, spoil: Callable[[Path], None], told: str, capfd: pytest.CaptureFixture[str]
) -> None:
    spoil(folder)
    with pytest.raises(WeightsError, match=told) as caught:
        Transformers(Load(folder, 512, device="cpu"))
    assert str(folder) in str(caught.value)
    assert capfd.readouterr() == ("", "")
