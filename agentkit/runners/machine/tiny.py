"""A tiny random model in a folder, so that the engine for safetensors can be tried without any weights."""

from __future__ import annotations

import json
from pathlib import Path

START, END = "<s>", "</s>"
TEMPLATE = "{% for message in messages %}{{ message['content'] }}\n{% endfor %}"
SHAPE = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
}


def make_tiny(folder: Path) -> Path:
    """Write a Qwen2 of two layers, whose texts mean nothing, and its tokenizer of single bytes."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import Qwen2Config, Qwen2ForCausalLM

    names = [START, END, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE({name: index for index, name in enumerate(names)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([START, END])
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    told = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": START,
        "eos_token": END,
        "chat_template": TEMPLATE,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(told))
    config = Qwen2Config(vocab_size=len(names), bos_token_id=0, eos_token_id=1, **SHAPE)
    Qwen2ForCausalLM(config).save_pretrained(folder)
    return folder
