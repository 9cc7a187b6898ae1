"""Codes that a request names in words: the model knows that dollars are USD."""

from __future__ import annotations

from collections.abc import Collection

from ..decoder import Decoder
from .shapes import shape_gbnf

LONGEST_CODE = 16
"""Tokens."""
PRIOR = 0.5
"""How much of a code's likelihood for just anything is taken off."""
_SHOTS = """Chemical symbol for sodium: Na
Two-letter state code for Texas: TX
Country code for Germany: DE
Airport code for Amsterdam: AMS
Language code for English: en
"""


def code_of(decoder: Decoder, phrase: str, what: str, shape: str, taken: Collection[str] = ()) -> str | None:
    """The code that stands for something, by asking in several ways and taking the likeliest of the answers.

    Args:
        decoder: The model.
        phrase: What it stands for, for example `dollars`.
        what: The kind of code, for example `ISO 4217 code of the currency`.
        shape: A regular expression from `shapes.code_shape`.
        taken: Codes that stand for something else.
    """
    kinds = dict.fromkeys((what, what.split(" of ")[0]))
    questions = [f"{kind} {joint} {{}}:" for kind in kinds for joint in ("of", "for")]
    grammar = f'root ::= " " ({shape_gbnf(shape)}) "\\n"'
    answers: dict[str, None] = {}
    for question in questions:
        prompt = decoder.prompt(_SHOTS + question.format(phrase))
        completion = decoder.complete(prompt, LONGEST_CODE, temperature=0, grammar=grammar)
        if completion.complete:
            answers[completion.text.strip()] = None
    answers = {code: None for code in answers if code not in taken} or answers
    if len(answers) < 2:
        return next(iter(answers), None)
    return max(answers, key=lambda code: sum(_fit(decoder, question, phrase, code) for question in questions))


def _fit(decoder: Decoder, question: str, phrase: str, code: str) -> float:
    tokens = decoder.engine.tokens(f" {code}")
    meant, anything = (decoder.prompt(_SHOTS + question.format(words)) for words in (phrase, "this"))
    return decoder.logprob(meant, tokens) - PRIOR * decoder.logprob(anything, tokens)
