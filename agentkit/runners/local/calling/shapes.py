"""Values that are codes: what their description's examples look like, such as EUR, LHR, en or AB-1234."""

from __future__ import annotations

import re

from ..grammar import literal

_EXAMPLES = re.compile(
    r"[,(]?\s*(?:for example|for instance|e\.g\.,?|such as|example:|examples:|like)\s+(.+?)(?=[.;]?\s*$|[.;]\s)", re.I
)
_LETTERS = re.compile(r"\b(two|three|four|2|3|4)[- ]?(?:letter|character)s?\b", re.I)
_COUNTS = {"two": 2, "three": 3, "four": 4}


def examples(description: str) -> tuple[str, ...]:
    """The examples that a description gives.

    >>> examples("ISO 4217 code to convert from, for example EUR or USD.")
    ('EUR', 'USD')
    """
    match = _EXAMPLES.search(description)
    if not match:
        return ()
    text = match[1].removesuffix(")") if match[1].count(")") > match[1].count("(") else match[1]
    parts = re.split(r",\s*(?:or\s+|and\s+)?|\s+or\s+|\s+and\s+", text)
    return tuple(part.strip("\"'`“”‘’ ") for part in parts if part.strip())


def without_examples(description: str) -> str:
    """What a description says beside its examples.

    >>> without_examples("ISO 4217 code to convert from, for example EUR.")
    'ISO 4217 code to convert from'
    """
    return _EXAMPLES.sub("", description).strip(" ,.;:(")


def code_shape(description: str) -> str | None:
    """A regular expression for the codes that a description asks for; None where it asks for no code.

    It is read from the examples: capitals, digits and signs stand for their kind. Only what does not look like a
    word is a code: capitals only, letters with digits, or two or three small letters that are called a code.

    >>> code_shape("ISO 4217 code, for example EUR."), code_shape("A city such as Tokyo.")
    ('[A-Z]{3}', None)
    """
    given = examples(description)
    if given and all(_is_code(example, description) for example in given):
        return "|".join(dict.fromkeys(_shape(example) for example in given))
    letters = _LETTERS.search(description)
    if letters and re.search(r"\bcode\b|\bsymbol\b|\babbreviation\b", description, re.I):
        small = re.search(r"\blower|\blanguage", description, re.I)
        return f"[{'a-z' if small else 'A-Z'}]{{{_COUNTS.get(letters[1].lower()) or letters[1]}}}"
    return None


def has_shape(text: str, shape: str, *, exact: bool) -> bool:
    """Whether a text is of a shape.

    Args:
        text: Any text.
        shape: From `code_shape`.
        exact: Whether the lengths of its parts count.

    >>> has_shape("IBM", "[A-Z]{4}", exact=False), has_shape("how", "[A-Z]{4}", exact=False)
    (True, False)
    """
    return re.fullmatch(shape if exact else re.sub(r"\{\d+\}", "+", shape), text) is not None


def shape_gbnf(shape: str) -> str:
    """A shape in a grammar."""
    parts = re.findall(r"\[[^]]+\]\{\d+\}|\\?.", shape)
    return " ".join(part if part[0] == "[" or part == "|" else literal(part[-1]) for part in parts)


def is_expression(example: str) -> bool:
    """Whether a text is a formula: numbers and signs of arithmetic.

    >>> is_expression("(3 + 4) * 2"), is_expression("2026-01-31")
    (True, False)
    """
    return bool(re.search(r"\d\s*[*/+^%]\s*[\d(]|\d\s+-\s+\d|\)\s*[-*/+^]", example))


def _is_code(example: str, description: str) -> bool:
    if " " in example or is_expression(example):
        return False
    if re.fullmatch(r"[A-Z]{2,6}", example) or (re.search(r"\d", example) and re.search(r"[A-Za-z]", example)):
        return True
    return bool(re.fullmatch(r"[a-z]{2,3}", example) and re.search(r"\bcode\b", description, re.I))


def _shape(example: str) -> str:
    return "".join(_part(part) for part in re.findall(r"[A-Z]+|[a-z]+|\d+|.", example))


def _part(part: str) -> str:
    for kind in ("A-Z", "a-z", "0-9"):
        if re.fullmatch(f"[{kind}]+", part):
            return f"[{kind}]{{{len(part)}}}"
    return re.escape(part)
