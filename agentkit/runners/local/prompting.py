"""A conversation as a prompt: by the model's own chat template, or by a published format where it has none."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from weakref import WeakKeyDictionary, ref

from ...errors import BadRequestError, WeightsError
from ...messages import Message, ToolSpec
from .constrained.call_formats import CallFormat, format_of
from .decoder import Decoder
from .engine import Engine
from .templating.abilities import Abilities, probe
from .templating.built_in import BUILT_IN, TOKENS
from .templating.disarming import Disarming, Tokens
from .templating.folding import Write, fold, plainly
from .templating.own import Templates
from .templating.template import ChatTemplate, TemplateStoppedError
from .templating.tool_prompt import tool_prompt, writer

DEFAULT_FORMAT = "chatml"
"""For weights without a template and without a catalogue entry, as in llama.cpp."""
RAW = "raw"
"""In a request's `extra`: whether the prompt goes to the model unchanged (contract/workers_ai.md section 14)."""
_prompters: WeakKeyDictionary[Engine, Prompter] = WeakKeyDictionary()
_guard = threading.Lock()


def chat_prompt(
    decoder: Decoder, messages: Sequence[Message], tools: Sequence[ToolSpec] = (), fallback: str | None = None
) -> list[int]:
    """The tokens after which the model answers a conversation; see `Prompter.text`.

    Raises:
        ContextOverflowError: The conversation does not fit.
        BadRequestError: The template refuses it.
        WeightsError: The template cannot be used.
    """
    return decoder.prompt(chat_text(decoder, messages, tools, fallback), marks=True)


def chat_text(
    decoder: Decoder, messages: Sequence[Message], tools: Sequence[ToolSpec] = (), fallback: str | None = None
) -> str:
    """The same as a text, in which names of control tokens stand for them.

    Raises:
        ContextOverflowError, BadRequestError, WeightsError: As `chat_prompt`.
    """
    for message in messages:
        decoder.check_length(message.content)
    return prompter_of(decoder.engine, fallback).text(messages, tools)


def raw_text(decoder: Decoder, messages: Sequence[Message], fallback: str | None = None) -> str:
    """The last message of the user, unchanged: names of control tokens in it stand for the tokens.

    Raises:
        ContextOverflowError: It does not fit.
        BadRequestError: There is no message of the user.
    """
    text = next((message.content for message in reversed(messages) if message.role == "user"), "")
    if not text:
        raise BadRequestError("raw=True needs a message of the user: the prompt.")
    decoder.check_length(text)
    return prompter_of(decoder.engine, fallback).raw(text)


def prompter_of(engine: Engine, fallback: str | None = None) -> Prompter:
    """What writes the prompts of a loaded model; made at the first call, which decides on the fallback.

    Args:
        engine: The model.
        fallback: See `Prompter`; None for `DEFAULT_FORMAT`.
    """
    with _guard:
        if engine not in _prompters:
            _prompters[engine] = Prompter(engine.templates, _tokens_of(engine), fallback or DEFAULT_FORMAT)
        return _prompters[engine]


def _tokens_of(engine: Engine) -> Tokens:
    """Its tokenizer, without keeping the model: nobody would free it."""
    reference = ref(engine)

    def tokens(text: str, *, start: bool = False, marks: bool = False) -> list[int]:
        loaded = reference()
        assert loaded is not None
        return loaded.tokens(text, start=start, marks=marks)

    return tokens


class Prompter:
    """Writes the prompts of one loaded model. Made once for it; thread-safe.

    Args:
        templates: The model's own.
        tokens: Its tokenizer.
        fallback: The published format to take where it has no template: a name in `BUILT_IN`.

    Raises:
        WeightsError: The template is not Jinja, or does not render; or there is none, nor such a fallback.
        MissingDependencyError: Jinja2 is not installed.
    """

    def __init__(self, templates: Templates, tokens: Tokens, fallback: str = DEFAULT_FORMAT) -> None:
        source, special = templates.chat, dict(templates.special)
        if not source:
            if fallback not in BUILT_IN:
                raise WeightsError(
                    f"the model has no chat template, and {fallback!r} is no published format that is known.",
                    hint=f"Name the one it was trained on: {', '.join(BUILT_IN)}.",
                )
            source, special = BUILT_IN[fallback], TOKENS[fallback] | special
        self._plain = _Face(ChatTemplate(source, special))
        self._tooled = (
            _Face(ChatTemplate(templates.with_tools, special), tools=True) if templates.with_tools else self._plain
        )
        self.format: CallFormat = format_of(self._tooled.template.source)
        """How the model writes calls."""
        self._disarming = Disarming(tokens, source, templates.with_tools)
        first = tokens("", start=True)
        bos = special.get("bos_token", "")
        self._bos = bos if first and bos and tokens(bos, marks=True) == first else ""

    @property
    def abilities(self) -> Abilities:
        """What its template for conversations with tools takes."""
        return self._tooled.abilities

    def text(self, messages: Sequence[Message], tools: Sequence[ToolSpec] = ()) -> str:
        """The prompt after which the model answers. Names of control tokens in it stand for the tokens.

        Where the assistant spoke last, its message is gone on with.
        The token that a prompt begins with is left out where the tokenizer puts it there itself.

        Args:
            messages: Any conversation. What the template does not take is told in words.
            tools: On offer; the same ones in each turn of a conversation, so that its prompts begin alike.

        Raises:
            BadRequestError: The template fails even on the plainest form of the conversation.
        """
        face = self._tooled if tools else self._plain
        safe, offered = self._disarming.messages(messages), self._disarming.tools(tools)
        write = writer(self.format) if tools else plainly
        try:
            text = face.rendered(safe, offered, face.abilities, self.format, write)
        except TemplateStoppedError:
            raise
        except BadRequestError as refused:
            try:
                text = face.rendered(safe, offered, Abilities(parts=face.abilities.parts), self.format, write)
            except BadRequestError:
                raise refused from None
        return self.raw(text)

    def raw(self, text: str) -> str:
        """A prompt as it is, but without the token that the tokenizer puts before it."""
        return text.removeprefix(self._bos)


class _Face:
    def __init__(self, template: ChatTemplate, *, tools: bool = False) -> None:
        self.template = template
        self.abilities = probe(template, tools=tools)

    def rendered(
        self,
        messages: Sequence[Message],
        tools: Sequence[ToolSpec],
        abilities: Abilities,
        format: CallFormat,
        write: Write,
    ) -> str:
        listed = [tool.to_dict() for tool in tools] if abilities.tools else None
        preface = "" if abilities.tools or not tools else tool_prompt(tools, format)
        entries = fold(messages, abilities, write, preface=preface)
        begun = ""
        if entries and entries[-1]["role"] == "assistant" and not abilities.parts:
            begun = entries.pop()["content"]
        return self.template.render(entries, listed) + begun
