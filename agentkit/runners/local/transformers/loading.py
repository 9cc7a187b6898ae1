"""A folder of safetensors as a model of transformers."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from ....errors import ConfigurationError, MissingDependencyError, WeightsError
from .folder import Folder
from .quiet import quietly

KNOWN_BITS = 4
"""Of AWQ weights that are unpacked here."""
MISMATCH = "ignore_mismatched_sizes"
"""In what transformers raises of weights of other shapes. It tells which only in its log."""


def weight_bits(folder: Folder, dtype: str, quantization: str | None) -> int:
    """Bits of one weight once it is loaded."""
    if quantization == "int8":
        return 8
    if folder.quantization and (folder.quantization.get("quant_method") != "awq" or _has_awq_kernels()):
        return int(folder.quantization.get("bits") or 8)
    return 32 if dtype == "float32" else 16


def how(folder: Folder, quantization: str | None) -> str:
    """What is done to the weights, in a word; empty for plain ones."""
    if folder.quantization.get("quant_method") == "awq":
        return "awq" if _has_awq_kernels() else "awq unpacked"
    return quantization or str(folder.quantization.get("quant_method") or "")


def load_model(folder: Folder, device: str, dtype: str, quantization: str | None, context: int) -> Any:
    """Load a model.

    Args:
        folder: Checked weights.
        device: `cuda` or `cpu`.
        dtype: For example `bfloat16`.
        quantization: `int8`: quantize on load; None: as it is.
        context: Tokens that it is used with at most. A sliding window that is not reached is left out: the library
            shares prefixes only where there is none.

    Raises:
        WeightsError: transformers does not know the architecture, or the weights are not those of the config.
        MissingDependencyError: The kernels of a quantization are not installed.
        ConfigurationError: The quantization is unknown, or the weights are quantized already.
    """
    with quietly():
        model, told = _loaded(folder, device, dtype, quantization, context)
    _check_complete(folder, told)
    return model.eval()


def _loaded(folder: Folder, device: str, dtype: str, quantization: str | None, context: int) -> tuple[Any, Any]:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    _check_known(folder)
    options: dict[str, Any] = {}
    if quantization is not None:
        options["quantization_config"] = _on_load(folder, quantization)
    try:
        config = AutoConfig.from_pretrained(folder.path, local_files_only=True, trust_remote_code=False)
        if (getattr(config, "sliding_window", None) or 0) >= context:
            config.sliding_window = None
        if folder.quantization.get("quant_method") == "awq" and not _has_awq_kernels():
            config.quantization_config = {"quant_method": _awq(folder)}
        loaded: tuple[Any, Any] = AutoModelForCausalLM.from_pretrained(
            folder.path,
            config=config,
            dtype=getattr(torch, dtype),
            device_map=device if device != "cpu" else None,
            attn_implementation="sdpa",
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            output_loading_info=True,
            **options,
        )
    except WeightsError:
        raise
    except ImportError as error:
        raise ConfigurationError(f"{str(folder.path)!r} needs a package that is missing: {str(error)[:300]}") from error
    except torch.cuda.OutOfMemoryError as error:
        raise WeightsError(f"{str(folder.path)!r} does not fit into the GPU's memory: {str(error)[:200]}") from error
    except Exception as error:  # transformers raises whatever it comes across
        reason = "they have other shapes than its config.json says" if MISMATCH in str(error) else str(error)[:300]
        raise WeightsError(
            f"transformers cannot load {str(folder.path)!r} ({folder.architecture!r}): {reason}",
            hint="The weights belong to another model, or transformers does not know this architecture.",
        ) from error
    return loaded


def _check_complete(folder: Folder, told: Any) -> None:
    """transformers makes up what is missing, with random numbers."""
    wrong = {name: sorted(map(str, told[name]))[:3] for name in ("missing_keys", "mismatched_keys") if told.get(name)}
    if wrong:
        raise WeightsError(
            f"the weights in {str(folder.path)!r} are not those of its config.json: {wrong}.",
            hint="Fetch the weights again, all from one place.",
        )


def _check_known(folder: Folder) -> None:
    """transformers loads weights that are quantized in a way it does not know as if they were plain."""
    from transformers.quantizers.auto import AUTO_QUANTIZER_MAPPING

    method = folder.quantization.get("quant_method")
    bits = "8bit" if folder.quantization.get("load_in_8bit") else "4bit"
    if folder.quantization and not {method, f"{method}_{bits}"} & AUTO_QUANTIZER_MAPPING.keys():
        raise WeightsError(
            f"{str(folder.path)!r} is quantized by {method!r}, which transformers does not know.",
            hint="Take plain weights, or AWQ.",
        )


def _awq(folder: Folder) -> str:
    stated = folder.quantization
    layout = str(stated.get("version") or stated.get("format") or "gemm").lower()
    if stated.get("bits", KNOWN_BITS) != KNOWN_BITS or layout != "gemm" or not stated.get("zero_point", True):
        raise WeightsError(
            f"{str(folder.path)!r} is AWQ of a kind that is not known here: {stated!r}.",
            hint="Install gptqmodel, or take a version with 4 bits, zero points and the layout 'gemm'.",
        )
    from .awq import METHOD

    return METHOD


def _on_load(folder: Folder, quantization: str) -> Any:
    if quantization != "int8":
        raise ConfigurationError(f"quantization={quantization!r} must be 'int8' or None.")
    if folder.quantization:
        raise ConfigurationError(f"{str(folder.path)!r} is quantized already ({how(folder, None)}).")
    if find_spec("torchao") is None:
        raise MissingDependencyError("torchao", "transformers")
    from torchao.quantization import Int8WeightOnlyConfig
    from transformers import TorchAoConfig

    return TorchAoConfig(Int8WeightOnlyConfig())


def _has_awq_kernels() -> bool:
    return find_spec("gptqmodel") is not None
