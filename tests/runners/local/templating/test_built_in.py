"""The prompts of models without a template of their own, as the model cards print them. Typed, not rendered."""

from __future__ import annotations

from typing import Any

import pytest

from agentkit.errors import BadRequestError
from agentkit.runners.local.templating.built_in import BUILT_IN, TOKENS
from agentkit.runners.local.templating.template import ChatTemplate

ONE = [{"role": "user", "content": "What is your favourite condiment?"}]
SEVERAL = [
    *ONE,
    {"role": "assistant", "content": "Lemon juice!"},
    {"role": "user", "content": "Do you have mayonnaise recipes?"},
]
SYSTEM = [{"role": "system", "content": "Always answer with Haiku"}]

CHATML_ONE = """\
<|im_start|>system
You are a helpful assistant<|im_end|>
<|im_start|>user
What is your favourite condiment?<|im_end|>
<|im_start|>assistant
"""
CHATML_SEVERAL = """\
<|im_start|>system
Always answer with Haiku<|im_end|>
<|im_start|>user
What is your favourite condiment?<|im_end|>
<|im_start|>assistant
Lemon juice!<|im_end|>
<|im_start|>user
Do you have mayonnaise recipes?<|im_end|>
<|im_start|>assistant
"""
LLAMA_ONE = "<s>[INST] What is your favourite condiment? [/INST]"
LLAMA_SYSTEM = """\
<s>[INST] <<SYS>>
Always answer with Haiku
<</SYS>>

What is your favourite condiment? [/INST] Lemon juice! </s><s>[INST] Do you have mayonnaise recipes? [/INST]"""
LLAMA_SEVERAL = (
    "<s>[INST] What is your favourite condiment? [/INST] Lemon juice! </s>"
    "<s>[INST] Do you have mayonnaise recipes? [/INST]"
)
MISTRAL_ONE = "<s>[INST] What is your favourite condiment? [/INST]"
MISTRAL_SEVERAL = (
    "<s>[INST] What is your favourite condiment? [/INST]Lemon juice!</s> [INST] Do you have mayonnaise recipes? [/INST]"
)


@pytest.mark.parametrize(
    ("name", "messages", "expected"),
    [
        ("chatml", ONE, CHATML_ONE),
        ("chatml", SYSTEM + SEVERAL, CHATML_SEVERAL),
        ("llama2", ONE, LLAMA_ONE),
        ("llama2", SEVERAL, LLAMA_SEVERAL),
        ("llama2", SYSTEM + SEVERAL, LLAMA_SYSTEM),
        ("codellama", SYSTEM + SEVERAL, LLAMA_SYSTEM),
        ("mistral", ONE, MISTRAL_ONE),
        ("mistral", SEVERAL, MISTRAL_SEVERAL),
    ],
)
def test_the_published_prompt(name: str, messages: list[dict[str, Any]], expected: str) -> None:
    assert ChatTemplate(BUILT_IN[name], TOKENS[name]).render(messages) == expected


def test_mistral_has_no_system_prompt() -> None:
    with pytest.raises(BadRequestError, match="must alternate"):
        ChatTemplate(BUILT_IN["mistral"]).render(SYSTEM + ONE)


@pytest.mark.parametrize("name", ["llama2", "mistral"])
def test_roles_that_do_not_alternate_are_refused(name: str) -> None:
    with pytest.raises(BadRequestError, match="must alternate"):
        ChatTemplate(BUILT_IN[name]).render(ONE + ONE)
