"""Tiny random models with a tokenizer of their own, as folders like those of real ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

FAMILIES = {
    "qwen2": (transformers.Qwen2Config, transformers.Qwen2ForCausalLM),
    "llama": (transformers.LlamaConfig, transformers.LlamaForCausalLM),
    "mistral": (transformers.MistralConfig, transformers.MistralForCausalLM),
}
TEXT = "the cat sat on a mat and looked at twelve blue birds in Paris while it rained all day and 0123456789 nights"
START, END = "<s>", "</s>"
SHAPE = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 2048,
    "initializer_range": 0.3,
    "tie_word_embeddings": False,
}
ORDER = (0, 2, 4, 6, 1, 3, 5, 7)
"""In which AutoAWQ packs eight columns into an int32, from the lowest bits."""


def make_tokenizer(folder: Path, *marks: str) -> Tokenizer:
    """A byte-level BPE, trained on the spot."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=384, special_tokens=[START, END, *marks], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator([TEXT] * 3, trainer)
    begin = [(START, tokenizer.token_to_id(START))]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{START} $A", special_tokens=begin)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    told = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": START, "eos_token": END}
    (folder / "tokenizer_config.json").write_text(json.dumps(told))
    return tokenizer


def make_model(folder: Path, family: str, *marks: str, **changes: Any) -> Path:
    """A random model of a family in a folder."""
    tokenizer = make_tokenizer(folder, *marks)
    config, model = FAMILIES[family]
    ends = {"bos_token_id": tokenizer.token_to_id(START), "eos_token_id": tokenizer.token_to_id(END)}
    torch.manual_seed(0)
    made = model(config(vocab_size=tokenizer.get_vocab_size(), **ends, **(SHAPE | changes)))
    made.save_pretrained(folder)
    return folder


def make_awq(folder: Path, plain: Path, group: int = 32) -> dict[str, torch.Tensor]:
    """The same model with its linear layers packed as AutoAWQ does; returns the weights that are meant."""
    tensors = load_file(plain / "model.safetensors")
    packed, meant = {}, {}
    for name, tensor in tensors.items():
        if name.endswith("_proj.weight"):
            stem = name.removesuffix(".weight")
            parts, meant[name] = pack(tensor, group)
            packed |= {f"{stem}.{part}": value for part, value in parts.items()}
        else:
            packed[name] = meant[name] = tensor.half()
    folder.mkdir(parents=True)
    for file in ("tokenizer.json", "tokenizer_config.json", "generation_config.json"):
        (folder / file).write_bytes((plain / file).read_bytes())
    config = json.loads((plain / "config.json").read_text())
    quantization = {"quant_method": "awq", "bits": 4, "group_size": group, "zero_point": True, "version": "gemm"}
    (folder / "config.json").write_text(json.dumps(config | {"quantization_config": quantization, "dtype": "float16"}))
    save_file(packed, folder / "model.safetensors", metadata={"format": "pt"})
    return meant


def pack(weight: torch.Tensor, group: int) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """A weight of the shape (out, in) in AWQ's three parts, and what they stand for."""
    columns = weight.float().t().reshape(-1, group, weight.shape[0])
    low, high = columns.amin(1), columns.amax(1)
    scales = ((high - low) / 15).clamp(min=1e-5).half()
    zeros = (-low / scales.float()).round().clamp(0, 15).int()
    steps = (columns / scales.float().unsqueeze(1) + zeros.unsqueeze(1)).round().clamp(0, 15).int()
    meant = ((steps - zeros.unsqueeze(1)) * scales.float().unsqueeze(1)).flatten(0, 1).t().contiguous()
    parts = {"qweight": _eights(steps.flatten(0, 1)), "qzeros": _eights(zeros), "scales": scales}
    return parts, meant


def make_adapter(folder: Path, model: Path, seed: int, rank: int = 4, alpha: int = 8) -> dict[str, torch.Tensor]:
    """A LoRA adapter as PEFT writes it; returns what it adds to each weight."""
    tensors = load_file(model / "model.safetensors")
    random = torch.Generator().manual_seed(seed)
    parts, added = {}, {}
    for name, tensor in tensors.items():
        if name.endswith(("q_proj.weight", "down_proj.weight")):
            stem = f"base_model.model.{name.removesuffix('.weight')}"
            down = torch.randn(rank, tensor.shape[1], generator=random) * 0.3
            up = torch.randn(tensor.shape[0], rank, generator=random) * 0.3
            parts |= {f"{stem}.lora_A.weight": down, f"{stem}.lora_B.weight": up}
            added[name] = up @ down * (alpha / rank)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(parts, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "r": rank, "lora_alpha": alpha}))
    return added


def _eights(numbers: torch.Tensor) -> torch.Tensor:
    eights = numbers.reshape(numbers.shape[0], -1, 8)
    packed = torch.zeros(eights.shape[:2], dtype=torch.int32)
    for place, column in enumerate(ORDER):
        packed |= eights[:, :, column] << (4 * place)
    return packed
