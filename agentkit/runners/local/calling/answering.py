"""The answer after the tools have run: the model's sentence where it holds to the results, else a plain one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..decoder import Decoder

LONGEST_RESULT = 160
"""Characters of a result that fits into a sentence."""
LONGEST_SENTENCE = 240
LONGEST_QUOTE = 2000
ANSWER_TOKENS = 72
_DONE = frozenset(("", "ok", "okay", "done", "true", "null", "none", "success", "[]", "{}"))
"""Results that say no more than that it worked."""
_PLAIN_QUESTION = re.compile(
    r"(?:what|how much) (?P<is>is|are|was|were) (?P<thing>[^?!]*?\d[^?!]*?)"
    r"(?: in (?P<unit>[^\W\d]+(?: [^\W\d]+)?))?\s*[?.]?",
    re.I,
)
_NUMBER = re.compile(r"\d(?:[\d,.:]*\d)?")
_SHOTS = """\
Request: Which day of the week was 4 July 1976?
Result of weekday: Sunday
Answer: 4 July 1976 was a Sunday.

Request: Who won the final in 2018?
Result of final_winner: France, 4:2
Answer: The final in 2018 was won by France, 4:2.

Request: Send Tom the report, please.
Result of send_file: sent to tom@site.org
Answer: The report was sent to tom@site.org.

Request: What is the square root of 81?
Result of square_root: 9
Answer: The square root of 81 is 9.

"""


def fits_a_sentence(results: Sequence[str]) -> bool:
    """Whether results are short enough to be said in a sentence."""
    return sum(map(len, results)) <= LONGEST_RESULT and not any("\n" in result.strip() for result in results)


def quoted(results: Sequence[tuple[str, str]]) -> str:
    """Long results as they are: a small model that retells them invents more than it reads.

    >>> print(quoted([("read_file", "buy milk"), ("read_file", "call Ana")]))
    read_file:
    buy milk
    <BLANKLINE>
    read_file:
    call Ana

    Args:
        results: The names of the tools and what they gave, in order.
    """
    if len(results) == 1:
        return _beginning(results[0][1])
    return "\n\n".join(f"{name}:\n{_beginning(result)}" for name, result in results)


def answer(decoder: Decoder, request: str, results: Sequence[tuple[str, str]]) -> str:
    """A sentence with every result in it, and no number that neither the request nor a result has.

    Args:
        decoder: The model.
        request: What the user said.
        results: The names of the tools and what they gave, in order.
    """
    values = [result for _, result in results]
    plain = turned_round(request, values)
    if plain is not None:
        return plain
    told = "".join(f"Result of {name}: {result}\n" for name, result in results)
    prompt = decoder.prompt(f"{_SHOTS}Request: {request}\n{told}Answer:")
    completion = decoder.complete(prompt, ANSWER_TOKENS, temperature=0, stop=["\n"])
    sentence = completion.text.strip()
    if completion.complete and grounded(sentence, request, values):
        return sentence
    return plain_answer(values)


def grounded(sentence: str, request: str, results: Sequence[str]) -> bool:
    """Whether a sentence says every result, and no number from anywhere else.

    >>> grounded("That is 7.", "3 + 4?", ["7"]), grounded("7, or 8.", "3 + 4?", ["7"])
    (True, False)
    """
    if not sentence or len(sentence) > LONGEST_SENTENCE or sentence[-1] not in ".!":
        return False
    sources = " ".join([request, *results])
    known = set(_NUMBER.findall(sources))
    return all(_says(sentence, result) for result in results) and set(_NUMBER.findall(sentence)) <= known


def turned_round(request: str, values: Sequence[str]) -> str | None:
    """A plain question turned into its answer; None where it is not that plain.

    >>> turned_round("What is 12.5 % of 840?", ["105"]), turned_round("How much is 5 euros in yen?", ["880"])
    ('12.5 % of 840 is 105.', '5 euros is 880 yen.')
    """
    if len(values) != 1 or not values[0].strip() or values[0].strip().lower() in _DONE:
        return None
    value = values[0].strip().rstrip(".")
    if re.fullmatch(r"what .* is it\b[^.?!]*\??", request.strip(), re.I):
        return f"It is {value}."
    asked = _PLAIN_QUESTION.fullmatch(request.strip())
    if not asked or len(value.split()) > 1 or (asked["unit"] and not _NUMBER.fullmatch(value.lstrip("-"))):
        return None
    thing = asked["thing"].strip()
    return (
        f"{thing[:1].upper()}{thing[1:]} {asked['is'].lower()} {value}{' ' + asked['unit'] if asked['unit'] else ''}."
    )


def plain_answer(values: Sequence[str]) -> str:
    """The results, told without the model.

    >>> plain_answer(["18 degrees, sunny", "22 degrees, rain"]), plain_answer(["7"])
    ('18 degrees, sunny; 22 degrees, rain.', 'The result is 7.')
    """
    said = [value.strip() for value in values if value.strip().lower() not in _DONE]
    if not said:
        return "Done."
    if len(said) == 1 and re.fullmatch(r"[^\sA-Z]\S*", said[0]):
        return f"The result is {said[0].rstrip('.')}."
    text = "; ".join(said)
    return text if text[-1] in ".!?" else f"{text}."


def _beginning(text: str) -> str:
    text = text.strip("\n")
    if len(text) <= LONGEST_QUOTE:
        return text
    start = text[:LONGEST_QUOTE].rpartition("\n")[0] or text[:LONGEST_QUOTE]
    return f"{start}\n... ({len(text) - len(start):,} more characters)"


def _says(sentence: str, result: str) -> bool:
    plain = result.strip().rstrip(".")
    if plain.lower() in _DONE:
        return True
    return re.search(rf"(?<![\w.]){re.escape(plain)}(?![\w]|\.\d)", sentence, re.I) is not None
