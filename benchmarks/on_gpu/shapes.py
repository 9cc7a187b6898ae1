"""Models by their shape only, and the least time that a card needs for them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """What the floors come from."""

    name: str
    bandwidth: float
    """Bytes a second."""
    rate: float
    """Floating point operations a second in bfloat16, dense."""


H200 = Card("an H200 by its data sheet", 4.8e12, 790e12)
"""4.8 TB/s, and the matrix rate that cuBLAS reaches on it."""


@dataclass(frozen=True)
class Shape:
    """A dense decoder, its weights and what it keeps of each token; numbers of two bytes."""

    name: str
    family: str
    """`qwen2`, `llama` or `mistral`."""
    layers: int
    hidden: int
    intermediate: int
    heads: int
    kv_heads: int
    vocabulary: int
    bytes_each: int = 2

    @property
    def width(self) -> int:
        """Of one head."""
        return self.hidden // self.heads

    @property
    def layer_weights(self) -> int:
        """Weights of all layers, without embeddings: attention, the gated perceptron, norms, and Qwen's biases."""
        attention = 2 * self.hidden * self.hidden + 2 * self.hidden * self.kv_heads * self.width
        biases = (self.hidden + 2 * self.kv_heads * self.width) if self.family == "qwen2" else 0
        return self.layers * (attention + 3 * self.hidden * self.intermediate + 2 * self.hidden + biases)

    @property
    def read_weights(self) -> int:
        """Weights that a decode step reads: all but the table of the input embedding."""
        return self.layer_weights + self.hidden * self.vocabulary + self.hidden

    @property
    def bytes_loaded(self) -> int:
        return (self.read_weights + self.hidden * self.vocabulary) * self.bytes_each

    @property
    def kv_bytes(self) -> int:
        """Bytes of keys and values of one token."""
        return 2 * self.layers * self.kv_heads * self.width * self.bytes_each

    def bytes_read(self, batch: int, context: float) -> float:
        """By one decode step."""
        return self.read_weights * self.bytes_each + batch * context * self.kv_bytes

    def operations(self, batch: int, context: float) -> float:
        """Floating point operations of one decode step."""
        return batch * (2 * self.read_weights + 4 * self.layers * self.heads * self.width * context)

    def decode_floor(self, card: Card, batch: int, context: float) -> float:
        """Least seconds of one decode step: its reading or its arithmetic, whichever takes longer."""
        return max(self.bytes_read(batch, context) / card.bandwidth, self.operations(batch, context) / card.rate)

    def prefill_floor(self, card: Card, tokens: int) -> float:
        """Least seconds to read a prompt of which only the last token gets logits."""
        attention = 2 * self.layers * self.heads * self.width * tokens**2  # causal: half of all pairs
        operations = 2 * self.layer_weights * tokens + attention + 2 * self.hidden * self.vocabulary
        return max(self.read_weights * self.bytes_each / card.bandwidth, operations / card.rate)


SHAPES = {
    shape.name: shape
    for shape in (
        Shape("qwen1.5-14b", "qwen2", 40, 5120, 13696, 40, 40, 152064),
        Shape("llama-2-7b", "llama", 32, 4096, 11008, 32, 32, 32000),
        Shape("mistral-7b", "mistral", 32, 4096, 14336, 32, 8, 32000),
    )
}
TINY = Shape("tiny", "qwen2", 2, 64, 128, 4, 2, 512, bytes_each=4)
"""For `--tiny`: float32 on a CPU."""
