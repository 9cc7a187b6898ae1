"""LoRA per request: the same as the merged model, whoever else is in the batch."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from agentkit.errors import BadRequestError, WeightsError
from agentkit.runners.local.engine import Load
from agentkit.runners.local.transformers.engine import Transformers

from .conftest import ask, side_by_side
from .tiny_models import FAMILIES, make_adapter

PROMPTS = [[5 + place, 6, 7, 8 + 2 * place] * 10 for place in range(4)]


def merged(folder: Path, added: dict[str, object], place: Path) -> Path:
    shutil.copytree(folder, place)
    tensors = load_file(place / "model.safetensors")
    save_file(
        {name: tensor + added.get(name, 0) for name, tensor in tensors.items()},
        place / "model.safetensors",
        {"format": "pt"},
    )
    return place


@pytest.mark.parametrize("family", FAMILIES)
def test_each_request_gets_its_own_adapter_in_one_batch(family: str, folders: dict[str, Path], tmp_path: Path) -> None:
    folder = folders[family]
    added = {name: make_adapter(tmp_path / name, folder, seed) for seed, name in enumerate(("poet", "clerk"), 1)}
    adapters = tuple((name, tmp_path / name) for name in added)
    expected = {None: [ask(engine := Transformers(Load(folder, 1024, device="cpu")), each).text for each in PROMPTS]}
    engine.close()
    for name, changes in added.items():
        engine = Transformers(Load(merged(folder, changes, tmp_path / f"merged {name}"), 1024, device="cpu"))
        expected[name] = [ask(engine, each).text for each in PROMPTS]
        engine.close()
    engine = Transformers(Load(folder, 1024, device="cpu", adapters=adapters))
    asked = [(name, place) for place in range(len(PROMPTS)) for name in expected] * 2
    answers = side_by_side([partial(ask, engine, PROMPTS[place], adapter=name) for name, place in asked])
    engine.close()
    assert [answer.text for answer in answers] == [expected[name][place] for name, place in asked]
    assert len({tuple(texts) for texts in expected.values()}) == 3


def test_a_prefix_is_never_shared_between_adapters(folders: dict[str, Path], tmp_path: Path) -> None:
    make_adapter(tmp_path / "poet", folders["llama"], 1)
    engine = Transformers(Load(folders["llama"], 1024, device="cpu", adapters=(("poet", tmp_path / "poet"),)))
    plain = ask(engine, PROMPTS[0])
    own = ask(engine, PROMPTS[0], adapter="poet")
    again = ask(engine, PROMPTS[0], adapter="poet")
    assert ask(engine, PROMPTS[0]).text == plain.text
    assert (own.end.cached, again.end.cached) == (0, 0)
    assert own.text == again.text != plain.text
    with pytest.raises(BadRequestError, match="no LoRA adapter 'clerk'; loaded: poet"):
        ask(engine, PROMPTS[0], adapter="clerk")
    engine.close()


def test_an_adapter_of_another_model_is_refused(folders: dict[str, Path], tmp_path: Path) -> None:
    from .tiny_models import make_model

    other = make_model(tmp_path / "other", "llama", hidden_size=32)
    make_adapter(tmp_path / "poet", other, 1)
    with pytest.raises(WeightsError, match=r"'poet' .* is for another model: 'model\.layers\.0"):
        Transformers(Load(folders["llama"], 512, device="cpu", adapters=(("poet", tmp_path / "poet"),)))


@pytest.mark.parametrize("spoil", ["missing", "config", "pickle", "dora", "cut"])
def test_what_is_no_adapter_is_refused(spoil: str, folders: dict[str, Path], tmp_path: Path) -> None:
    place = tmp_path / "poet"
    make_adapter(place, folders["llama"], 1)
    file = place / "adapter_model.safetensors"
    if spoil == "missing":
        shutil.rmtree(place)
    elif spoil == "config":
        (place / "adapter_config.json").write_text(json.dumps({"r": 4}))
    elif spoil == "pickle":
        file.rename(place / "adapter_model.bin")
    elif spoil == "cut":
        file.write_bytes(file.read_bytes()[:500])
    else:
        tensors = load_file(file)
        save_file(tensors | {"base_model.model.model.norm.lora_magnitude_vector": torch.ones(4)}, file)
    with pytest.raises(WeightsError, match="'poet'"):
        Transformers(Load(folders["llama"], 512, device="cpu", adapters=(("poet", place),)))
