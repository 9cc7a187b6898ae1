"""The context window: what the server states, refuses, or cuts off without a word.

A code word stands at the front of a text that grows until it is refused, or the word is no longer known, or the server
counts fewer tokens than it was sent. What a server refuses costs nothing, and what it states ends the search at once;
a runner in this process, which counts before it computes, is asked for the longest text first.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from ...errors import BadRequestError, ContextOverflowError
from ...messages import Message
from .finding import Finding, failed, quoted
from .subject import Answer, Subject

CODE = "4471"
CODE_LINE = f"The code word is osprey {CODE}. Remember it."
QUESTION = f"What is the code word? Answer with the code word only, like this: osprey {'0' * len(CODE)}"
FILLER = (
    "The rain fell on the old stone bridge while people with bread and apples walked home along the river .".split()
)

MOST = 32_768
"""Tokens, about, up to which a text grows where nothing else is asked for."""
LONGEST = 60.0
"""Seconds after which nothing longer is tried."""
FIRST = 1_000
"""Words of the first long text."""
STEPS = 4
"""How often the gap between what fits and what does not is halved."""
SHORT = 0.75
"""A text whose tokens are counted as fewer than this part of what its length tells was cut."""
ENDLESS = 1_000_000
"""More tokens for an answer than any server grants; many refuse that, and say what they do grant."""

REFUSES = "What is too long is refused, so nothing is lost unseen."
CUTS = "Long conversations lose their beginning. The runner refuses what cannot fit; give the server a larger context."


@dataclass(frozen=True, slots=True)
class Look:
    """What became of a text of some length."""

    words: int
    answer: Answer
    recalled: bool
    counted: int
    """Tokens of the prompt, as the server says; 0 where it does not."""


async def context(subject: Subject, most: int = MOST) -> Finding:
    """How many tokens fit, and what becomes of more.

    Args:
        subject: The runner.
        most: Tokens, about, up to which to look.

    Returns:
        `yes` where too long a text is refused, `no` where it is cut, `unknown` where nothing was too long.
    """
    stated = await subject.ask("Say OK.", max_tokens=ENDLESS, enough=16)
    limit = _limit(stated) or (None if subject.address else _limit((await _look(subject, most)).answer))
    if limit:
        return Finding("context", "yes", f"{limit:,} tokens, as it states itself", REFUSES, tokens=limit)
    start = perf_counter()
    base = await _look(subject, 0)
    if base.answer.error is not None:
        return failed("context", base.answer.error)
    fits, words = base, FIRST
    while words <= most and perf_counter() - start < LONGEST:
        look = await _look(subject, words)
        if look.answer.error is not None:
            return await _refused(subject, fits, look)
        if _is_cut(base, fits, look):
            return _cut(look, f"of {look.words:,} words it counts {look.counted:,} tokens")
        if base.recalled and not look.recalled:
            return await _forgotten(subject, base, fits, look)
        fits, words = look, words * 2
    why = "nothing longer was tried" if words > most else f"{LONGEST:g} s were over"
    told = f"{_tokens(fits):,} tokens fit; {why}"
    if not base.recalled and not base.counted:
        told = "it neither repeats a word of the text nor counts tokens, so that nothing can be seen"
    return Finding("context", "unknown", told, tokens=_tokens(fits) if base.recalled or base.counted else None)


async def _look(subject: Subject, words: int, *, code_last: bool = False) -> Look:
    filler = " ".join(FILLER[index % len(FILLER)] for index in range(words)) or "There is nothing to read."
    front, end = (filler, CODE_LINE) if code_last else (CODE_LINE, filler)
    conversation = [
        Message("user", front),
        Message("assistant", "I have read it."),
        Message("user", end),
        Message("assistant", "I have read it."),
        Message("user", QUESTION),
    ]
    answer = await subject.ask(conversation, whole=True, max_tokens=subject.room // 4)
    counted = answer.finish.usage.prompt_tokens if answer.finish is not None else 0
    return Look(words, answer, CODE in answer.text, counted)


def _limit(answer: Answer) -> int | None:
    return answer.error.limit if isinstance(answer.error, ContextOverflowError) else None


async def _refused(subject: Subject, fits: Look, look: Look) -> Finding:
    """A text was refused, for its length or for something else."""
    error = look.answer.error
    assert error is not None
    if limit := _limit(look.answer):
        return Finding("context", "yes", f"more than {limit:,} tokens are refused", REFUSES, tokens=limit)
    if not isinstance(error, BadRequestError):
        told = f"{_tokens(fits):,} tokens fit; of {look.words:,} words: {quoted(error.message, marks=False)}"
        return Finding("context", "unknown", told, error.hint, tokens=_tokens(fits))
    low, high = fits, look.words
    for _ in range(STEPS):
        middle = await _look(subject, (low.words + high) // 2)
        if middle.answer.error is None:
            low = middle
        else:
            high = middle.words
    told = f"about {_tokens(low):,} tokens fit; more is refused: {quoted(error.message, marks=False)}"
    return Finding("context", "yes", told, REFUSES, tokens=_tokens(low))


def _is_cut(base: Look, fits: Look, look: Look) -> bool:
    """Whether the server counts fewer tokens than the text must have, by what it counted for shorter ones."""
    if not (base.counted and look.counted):
        return False
    if fits is base:
        return look.counted - base.counted < SHORT * look.words  # a word of the filler is at least a token
    rate = (fits.counted - base.counted) / fits.words
    return look.counted - base.counted < SHORT * rate * look.words


async def _forgotten(subject: Subject, base: Look, fits: Look, look: Look) -> Finding:
    """The code word was not repeated: because it was cut off, or because the model does not find it."""
    if look.counted:
        longer = await _look(subject, look.words * 2)  # only a little may be missing yet
        if longer.answer.error is not None:
            return await _refused(subject, fits, longer)
        if _is_cut(base, fits, longer):
            return _cut(longer, f"of {longer.words:,} words it counts {longer.counted:,} tokens")
        told = f"{_tokens(look):,} tokens are taken, but the beginning is no longer found after {_tokens(fits):,}"
        return Finding("context", "unknown", told, "The model loses track, or is not shown all.", tokens=_tokens(fits))
    last = await _look(subject, look.words, code_last=True)
    if not last.recalled:
        told = f"of a text of {look.words:,} words neither the beginning nor the end is found"
        return Finding("context", "unknown", told, tokens=_tokens(fits))
    low, high = fits, look.words
    for _ in range(STEPS):
        middle = await _look(subject, (low.words + high) // 2)
        if middle.recalled:
            low = middle
        else:
            high = middle.words
    return _cut(low, f"of {look.words:,} words it knows the end, but not the beginning")


def _cut(look: Look, told: str) -> Finding:
    fit = _tokens(look)
    return Finding("context", "no", f"cut without a word at about {fit:,} tokens: {told}", CUTS, tokens=fit)


def _tokens(look: Look) -> int:
    """Tokens of a text: counted by the server, or at least its words."""
    return look.counted or look.words + 60
