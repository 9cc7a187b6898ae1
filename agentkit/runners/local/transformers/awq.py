"""AWQ weights, unpacked while they are loaded.

Stock transformers loads AWQ through gptqmodel, whose kernels keep the weights at 4 bits; where that package is
installed, it is used. Without it the weights become plain ones of 16 bits here: the same model, four times the memory.
The layout is that of AutoAWQ's GEMM version: eight numbers of 4 bits in an int32, in the order 0 2 4 6 1 3 5 7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transformers.core_model_loading import ConversionOps, WeightConverter
from transformers.quantizers.auto import register_quantization_config, register_quantizer
from transformers.quantizers.base import HfQuantizer
from transformers.utils.quantization_config import QuantizationConfigMixin

if TYPE_CHECKING:
    import torch

METHOD = "agentkit-awq"
PLACES = (0, 4, 1, 5, 2, 6, 3, 7)
"""Where each of eight numbers stands in an int32, from the lowest bits."""


def unpacked(packed: torch.Tensor) -> torch.Tensor:
    """The numbers of 4 bits in int32s of the shape (rows, columns / 8), as int32s of the shape (rows, columns)."""
    import torch

    shifts = torch.tensor([4 * place for place in PLACES], dtype=torch.int32, device=packed.device)
    return ((packed.unsqueeze(-1) >> shifts) & 15).flatten(1)


def dequantized(qweight: torch.Tensor, qzeros: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
    """The weight of a linear layer, of the shape (out, in).

    Args:
        qweight: int32, of the shape (in, out / 8).
        qzeros: int32, of the shape (in / group size, out / 8).
        scales: float16, of the shape (in / group size, out).
    """
    weight, zeros = unpacked(qweight), unpacked(qzeros)
    group = weight.shape[0] // scales.shape[0]
    steps = weight - zeros.repeat_interleave(group, 0)
    return (steps * scales.repeat_interleave(group, 0)).t().contiguous()


class _Dequantize(ConversionOps):  # type: ignore[misc]
    def convert(self, input_dict: dict[str, Any], *_: Any, full_layer_name: str = "", **__: Any) -> dict[str, Any]:
        parts = {name.strip(".$"): _only(value) for name, value in input_dict.items()}
        return {full_layer_name: dequantized(parts["qweight"], parts["qzeros"], parts["scales"])}


@register_quantization_config(METHOD)
class _Config(QuantizationConfigMixin):  # type: ignore[misc]
    def __init__(self, **_: Any) -> None:
        self.quant_method = METHOD


@register_quantizer(METHOD)
class _Quantizer(HfQuantizer):  # type: ignore[misc]
    requires_calibration = True
    is_trainable = False

    def is_serializable(self) -> bool:
        return False

    def get_weight_conversions(self) -> list[Any]:
        return [WeightConverter([".qweight$", ".qzeros$", ".scales$"], ".weight", [_Dequantize()])]


def _only(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value
