"""Formulas in a request, also where they are spoken: `17 times 4` is `17 * 4`."""

from __future__ import annotations

import re

from .numbers import DIGITS, WORDS, parse_number

_SPOKEN = (
    (r"to the power of|raised to", "^"),
    (r"divided by|over", "/"),
    (r"multiplied by|times|x(?=\s*\d)", "*"),
    (r"plus|added to", "+"),
    (r"minus|less", "-"),
    (r"percent of|per cent of", "% of"),
    (r"squared", "^ 2"),
    (r"cubed", "^ 3"),
)
_OPERATIONS = (
    (r"\+|plus\b|added to\b", ("add", "sum", "addition")),
    (r"[-−]|minus\b|less\b", ("subtract", "difference", "subtraction")),
    (r"[*×·]|x(?=\s*\d)|times\b|multiplied by\b", ("multiply", "product", "multiplication")),
    (r"[/÷]|divided by\b|over\b", ("divide", "quotient", "division")),
    (r"\^|\*\*|to the power of\b|raised to\b", ("power", "exponent")),
)
"""What stands between two numbers, and what tools for it are called."""
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_OPERATOR = r"(?:\*\*|//|%\s*of|[-+*/^×·÷−%])"
_OPERAND = rf"(?:[a-z]\w*\()?\(*\s*[-−]?(?:{_NUMBER}|pi\b|e\b)\s*[!)]*(?:\s*%(?!\s*(?:of|\d|\()))?"
_FORMULA = re.compile(rf"{_OPERAND}(?:\s*{_OPERATOR}\s*{_OPERAND})+|[a-z]\w*\([^()]*\d[^()]*\)", re.I)
_RANGE = re.compile(r"\d+-\d+-\d+|\d{3,}-\d{3,}")
"""Dates and phone numbers."""
_ROOT = re.compile(rf"(?:the )?square root of ({_NUMBER})", re.I)
_NUMERAL = rf"(\(?{DIGITS}\)?)"
_WORDED = (
    (rf"\bsum of {_NUMERAL} and {_NUMERAL}", r"\1 + \2"),
    (rf"\bproduct of {_NUMERAL} and {_NUMERAL}", r"\1 * \2"),
    (rf"\bdifference (?:of|between) {_NUMERAL} and {_NUMERAL}", r"\1 - \2"),
    (rf"\b(?:add|sum up) {_NUMERAL} (?:and|to) {_NUMERAL}", r"\1 + \2"),
    (rf"\bmultiply {_NUMERAL} (?:by|and|with) {_NUMERAL}", r"\1 * \2"),
    (rf"\bdivide {_NUMERAL} by {_NUMERAL}", r"\1 / \2"),
    (rf"\bsubtract {_NUMERAL} from {_NUMERAL}", r"\2 - \1"),
    (rf"\b(?:half|a half) of {_NUMERAL}", r"\1 / 2"),
    (rf"\b(?:twice|double) {_NUMERAL}", r"2 * \1"),
)


def expressions(text: str) -> list[str]:
    """The formulas of a text, in symbols.

    >>> expressions("What is 17 times 23 + 4?"), expressions("Take 12.5 % of 840.")
    (['17 * 23 + 4'], ['12.5 % of 840'])
    >>> expressions("What is 17.5 % of 2,340, and why?")
    ['17.5 % of 2,340']
    """
    text = re.sub(rf"\b(?:{WORDS})", lambda match: str(parse_number(match[0])), text, flags=re.I)
    for spoken, sign in _SPOKEN:
        text = re.sub(rf"(?<=[\d)])\s+(?:{spoken})\b", f" {sign}", text, flags=re.I)
    text = _ROOT.sub(r"sqrt(\1)", text)
    for worded, formula in _WORDED:
        text = re.sub(worded, formula, text, flags=re.I)
    found = [match[0].strip() for match in _FORMULA.finditer(text)]
    return [_balanced(formula) for formula in found if re.search(r"\d", formula) and not _RANGE.fullmatch(formula)]


def operations(text: str) -> tuple[str, ...]:
    """Words for what a text wants done with two numbers.

    >>> operations("How much is 3 plus 4?"), operations("Is it 3 degrees?")
    (('add', 'sum', 'addition'), ())
    """
    text = re.sub(rf"\b(?:{WORDS})", lambda match: str(parse_number(match[0])), text, flags=re.I)
    if _RANGE.search(text):
        return ()
    return tuple(
        word
        for sign, words in _OPERATIONS
        if re.search(rf"\d\)?\s*(?:{sign})\s*\(?\s*\d", text, re.I)
        for word in words
    )


def _balanced(formula: str) -> str:
    """Without a comma or a bracket that is the sentence's, not the formula's."""
    formula = formula.rstrip(" ,")
    while formula.count(")") > formula.count("(") and formula.endswith(")"):
        formula = formula[:-1].rstrip(" ,")
    return formula
