"""One chat template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ....errors import BadRequestError, MissingDependencyError, WeightsError
from .budget import EndlessError, LimitError, spending

LONGEST_SOURCE = 200_000
"""Characters; the longest that are in use have some 20,000."""
_LONGEST_MESSAGE = 300


class TemplateRefusalError(BadRequestError):
    """The template itself does not take a conversation, and says why."""


class TemplateStoppedError(BadRequestError):
    """The template did not come to an end."""


class ChatTemplate:
    """A chat template in Jinja, compiled once. Renders what Hugging Face's `apply_chat_template` does.

    Args:
        source: The template.
        special: Names of the tokenizer's special tokens, and their texts: `{"bos_token": "<s>", ...}`.

    Raises:
        WeightsError: It is not Jinja, or far too long.
        MissingDependencyError: Jinja2 is not installed.
    """

    def __init__(self, source: str, special: Mapping[str, str] | None = None) -> None:
        try:
            from .environment import TemplateEnvironment
        except ImportError as error:
            raise MissingDependencyError("jinja2", "local") from error
        self.source = source
        self.special = {"bos_token": "", "eos_token": "", **(special or {})}
        if len(source) > LONGEST_SOURCE:
            raise WeightsError(
                f"the chat template of the model has {len(source):,} characters; at most {LONGEST_SOURCE:,} are read.",
                hint="Name another template for it.",
            )
        try:
            self._compiled = TemplateEnvironment().from_string(source)
        except Exception as error:  # Jinja's own errors, and Python's where a template is nested too deep for it
            raise WeightsError(
                f"the chat template of the model is not Jinja: {_words(error)}.", hint="Name another template for it."
            ) from error

    def render(
        self,
        messages: Sequence[Mapping[str, Any]],
        tools: Sequence[Mapping[str, Any]] | None = None,
        *,
        add_generation_prompt: bool = True,
        **variables: Any,
    ) -> str:
        """A conversation as a prompt.

        Args:
            messages: In the chat-completions shape.
            tools: In the OpenAI shape; None where there are none.
            add_generation_prompt: Whether the prompt ends with the beginning of the model's answer.
            variables: Others that this template knows.

        Raises:
            TemplateRefusalError: The template does not take them; the message has its words.
            TemplateStoppedError: It did not come to an end.
            BadRequestError: It fails on them, or does what it must not.
        """
        from .environment import RaisedError

        given = {"messages": messages, "tools": tools or None, **variables}
        try:
            with spending(given):
                return self._compiled.render(self.special | given | {"add_generation_prompt": add_generation_prompt})
        except RaisedError as error:
            raise TemplateRefusalError(
                f"the chat template of the model refuses the conversation: {_words(error)}."
            ) from error
        except LimitError as error:
            kind = TemplateStoppedError if isinstance(error, EndlessError) else BadRequestError
            raise kind(
                f"the chat template of the model was stopped: {_words(error)}.", hint="Name another template for it."
            ) from error
        except Exception as error:  # whatever a program of somebody else's can raise
            raise BadRequestError(
                f"the chat template of the model fails on the conversation: {_words(error)}."
            ) from error


def _words(error: BaseException) -> str:
    text = (str(error) or type(error).__name__).rstrip(".")
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}..."
