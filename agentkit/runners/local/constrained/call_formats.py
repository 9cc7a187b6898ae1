"""How the families of models write tool calls, as data.

Written from the chat templates and model cards of the families. Of those with several ways the one that their
template asks for is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Style: TypeAlias = Literal["json", "python", "marked", "tagged"]


@dataclass(frozen=True, slots=True)
class CallFormat:
    """One way of writing calls: `before`, then each call as `begin` NAME `middle` ARGUMENTS `end`, then `after`."""

    name: str
    begin: str
    middle: str
    end: str
    before: str = ""
    after: str = ""
    between: str | None = None
    """Between two calls of one reply; None where a reply has only one."""
    style: Style = "json"
    """`python`: keyword arguments, and values Python's literals. `marked`: bare names, and texts between marks.
    `tagged`: each argument between tags, texts as they are."""
    quote: str = ""
    """The mark before a text and behind it, where they are `marked`."""
    trail: str = ""
    """What may stand behind it all, and says nothing."""
    mark: str = ""
    """What announces a call in a reply that begins as text. Empty where a reply is either calls or text."""
    marks: tuple[str, ...] = ()
    """What may be a token of its own in the vocabulary of such a model, rather than text."""
    signs: tuple[str, ...] = ()
    """Texts in a chat template of which one shows that the model writes calls this way."""

    @property
    def opening(self) -> str:
        """What a reply of calls begins with, up to the first name."""
        return self.before + self.begin


HERMES = CallFormat(
    "hermes",
    begin='<tool_call>\n{"name": "',
    middle='", "arguments": ',
    end="}\n</tool_call>",
    between="\n",
    mark="<tool_call>",
    marks=("<tool_call>", "</tool_call>"),
    signs=("<tool_call>",),
)
"""Hermes 2 and 3, Qwen 2.5 and 3, Granite 4, and every model that has no way of its own."""
LLAMA = CallFormat(
    "llama",
    begin='{"name": "',
    middle='", "parameters": ',
    end="}",
    signs=('"parameters": dictionary of argument name', "<|python_tag|>"),
)
"""Llama 3.1 to 3.3: the reply is one call, without any mark."""
MISTRAL = CallFormat(
    "mistral",
    before="[TOOL_CALLS] [",
    begin='{"name": "',
    middle='", "arguments": ',
    end="}",
    between=", ",
    after="]",
    mark="[TOOL_CALLS]",
    marks=("[TOOL_CALLS]",),
    signs=("[TOOL_CALLS]",),
)
"""Mistral 7B v0.3, Nemo, Mixtral 8x22B."""
MISTRAL_NAMED = CallFormat(
    "mistral-named",
    begin="[TOOL_CALLS]",
    middle="[ARGS]",
    end="",
    between="",
    mark="[TOOL_CALLS]",
    marks=("[TOOL_CALLS]", "[ARGS]"),
    signs=("[ARGS]",),
)
"""Mistral Small 3.2, Magistral, Devstral."""
GRANITE = CallFormat(
    "granite",
    before="<|tool_call|>[",
    begin='{"name": "',
    middle='", "arguments": ',
    end="}",
    between=", ",
    after="]",
    mark="<|tool_call|>",
    marks=("<|tool_call|>",),
    signs=("<|tool_call|>",),
)
"""Granite 3."""
LFM2 = CallFormat(
    "lfm2",
    before="<|tool_call_start|>[",
    begin="",
    middle="(",
    end=")",
    between=", ",
    after="]<|tool_call_end|>",
    style="python",
    mark="<|tool_call_start|>",
    marks=("<|tool_call_start|>", "<|tool_call_end|>"),
    signs=("<|tool_call_start|>",),
)
"""LFM2: `[get_weather(city="Paris")]` between marks."""
LFM2_JSON = CallFormat(
    "lfm2-json",
    before="<|tool_call_start|>[",
    begin='{"name": "',
    middle='", "arguments": ',
    end="}",
    between=", ",
    after="]<|tool_call_end|>",
    mark="<|tool_call_start|>",
    marks=("<|tool_call_start|>", "<|tool_call_end|>"),
)
"""LFM2 where names of tools or parameters are none in Python."""
DEEPSEEK = CallFormat(
    "deepseek",
    before="<｜tool▁calls▁begin｜>",
    begin="<｜tool▁call▁begin｜>function<｜tool▁sep｜>",
    middle="\n```json\n",
    end="\n```<｜tool▁call▁end｜>",
    between="\n",
    after="<｜tool▁calls▁end｜>",
    mark="<｜tool▁calls▁begin｜>",
    marks=(
        "<｜tool▁calls▁begin｜>",
        "<｜tool▁call▁begin｜>",
        "<｜tool▁sep｜>",
        "<｜tool▁call▁end｜>",
        "<｜tool▁calls▁end｜>",
    ),
    signs=("<｜tool▁sep｜>",),
)
"""DeepSeek V3 and R1."""

FUNCTIONGEMMA = CallFormat(
    "functiongemma",
    begin="<start_function_call>call:",
    middle="",
    end="<end_function_call>",
    between="",
    style="marked",
    quote="<escape>",
    trail="<start_function_response>",
    mark="<start_function_call>",
    marks=("<start_function_call>", "<end_function_call>", "<escape>", "<start_function_response>"),
    signs=("<start_function_call>",),
)
"""FunctionGemma: `call:NAME{city:<escape>Paris<escape>,days:3}` between marks.

By Google's page "FunctionGemma formatting and best practices" and the macro `format_argument` of the family's chat
templates; after its calls the model begins the results, which the page gives as a text to stop at.
"""
QWEN_XML = CallFormat(
    "qwen-xml",
    begin="<tool_call>\n<function=",
    middle=">\n",
    end="\n</tool_call>",
    between="\n",
    style="tagged",
    mark="<tool_call>",
    marks=("<tool_call>", "</tool_call>"),
    signs=("<parameter=",),
)
"""Qwen 3 Coder and 3.5: `<function=NAME>` and `<parameter=KEY>` inside `<tool_call>`, by their chat templates."""

FORMATS = (FUNCTIONGEMMA, QWEN_XML, LFM2, GRANITE, MISTRAL_NAMED, MISTRAL, DEEPSEEK, LLAMA, HERMES)
"""In the order in which their signs are looked for."""


def format_of(template: str) -> CallFormat:
    """How a model writes calls, by the source of its chat template; Hermes' way where it shows none.

    >>> format_of("{{ '[TOOL_CALLS] [' }}").name, format_of("{{ messages }}").name
    ('mistral', 'hermes')
    """
    return own_format(template) or HERMES


def own_format(template: str) -> CallFormat | None:
    """The same, but None where the template shows none, so that the prompt must teach it."""
    return next((each for each in FORMATS if any(sign in template for sign in each.signs)), None)


def as_json(format: CallFormat) -> CallFormat:
    """A way for calls with names or arguments that the format does not take."""
    return {"python": LFM2_JSON, "tagged": HERMES}.get(format.style, format)
