"""Models of random weights, made where they run, and a tokenizer that is trained on the spot."""

from __future__ import annotations

import json
import random
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, LlamaConfig, MistralConfig, Qwen2Config

from .shapes import Shape

CONFIGS = {"qwen2": Qwen2Config, "llama": LlamaConfig, "mistral": MistralConfig}
LONGEST = 32768
"""Tokens; only what a position is told by depends on it."""
START, END = "<s>", "</s>"
LONGEST_FILE = 200_000
"""Characters of one file that are read."""
FILE_EACH = 60
"""Tokens of the vocabulary for which one more file is read."""
MANY = 100_000
"""Tokens of a vocabulary that has more than one script."""
CHINESE = (0x4E00, 0x9FA5)


def make_model(shape: Shape, device: torch.device) -> Any:
    """A model of a shape, its weights drawn on the device: bfloat16 on a GPU, float32 on a CPU.

    Raises:
        ValueError: It gives no finite logits.
    """
    config = CONFIGS[shape.family](
        num_hidden_layers=shape.layers,
        hidden_size=shape.hidden,
        intermediate_size=shape.intermediate,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        vocab_size=shape.vocabulary,
        max_position_embeddings=LONGEST,
        tie_word_embeddings=False,
        sliding_window=None,  # the engine leaves out one that is not reached
        bos_token_id=0,
        eos_token_id=1,
    )
    torch.manual_seed(0)
    dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
    with torch.device(device):
        model = AutoModelForCausalLM.from_config(config, dtype=dtype, attn_implementation="sdpa").eval()
    with torch.no_grad():
        logits = model(torch.arange(2, 18, device=device).unsqueeze(0)).logits
    if not torch.isfinite(logits).all():
        raise ValueError(f"the random model of the shape {shape.name!r} gives logits that are no numbers.")
    return model


@cache
def train_tokenizer(size: int) -> Tokenizer:
    """A byte-level BPE of so many tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[START, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_texts(size), trainer)
    return tokenizer


def _texts(size: int) -> Iterator[str]:
    """Sources of Python for code and English; for a large vocabulary as many made-up words of two Chinese characters.

    A vocabulary of 150,000 tokens is one of many scripts; a mask over it is as hard as its tree of bytes.
    """
    files = sorted(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py"))
    for file in files[: size // FILE_EACH]:
        yield file.read_text("utf-8", "replace")[:LONGEST_FILE]
    chance = random.Random(0)
    for _ in range(size // 2 if size > MANY else 0):
        yield chr(chance.randint(*CHINESE)) + chr(chance.randint(*CHINESE)) + " "


def make_folder(folder: Path, tokenizer: Tokenizer, layers: int = 1, hidden: int = 16, intermediate: int = 16) -> Path:
    """A folder as the engine loads it: the tokenizer, and a small random model."""
    tokenizer.save(str(folder / "tokenizer.json"))
    told = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": START, "eos_token": END}
    (folder / "tokenizer_config.json").write_text(json.dumps(told), "utf-8")
    config = LlamaConfig(
        num_hidden_layers=layers,
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_attention_heads=2,
        vocab_size=tokenizer.get_vocab_size(),
        max_position_embeddings=LONGEST,
        tie_word_embeddings=False,
    )
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    return folder
