"""Is it there, does it let us in, does it answer: one request for all three."""

from __future__ import annotations

from ...errors import AuthenticationError, BadRequestError, ConnectionFailedError, TimedOutError
from .finding import Finding, Verdict, quoted
from .subject import THINKING, Answer, Subject

PROMPT = "Say hello in one short sentence."


async def contact(subject: Subject) -> list[Finding]:
    """`reachable` and `access` where a server is asked, and `answers`; what follows a `no` is left out."""
    answer = await subject.ask(PROMPT, max_tokens=64, once=True)
    if isinstance(answer.error, BadRequestError) and "temperature" in answer.error.message:
        subject.temperature = None  # as models that think before they answer mostly want it
        answer = await subject.ask(PROMPT, max_tokens=64, once=True)
    if answer.reasoning:
        subject.room = THINKING
        if not answer.text:
            answer = await subject.ask(PROMPT)
    findings = []
    if subject.address:
        findings.append(_reachable(answer, subject.address))
        if findings[-1].verdict == "yes":
            findings.append(_access(answer))
    if all(finding.verdict == "yes" for finding in findings):
        findings.append(_answers(answer))
    return findings


def _reachable(answer: Answer, address: str) -> Finding:
    error = answer.error
    if isinstance(error, ConnectionFailedError):
        return Finding("reachable", "no", quoted(error.message, marks=False), error.hint, answer.seconds)
    if isinstance(error, TimedOutError) and not answer.pieces:
        return Finding("reachable", "unknown", quoted(error.message, marks=False), error.hint, answer.seconds)
    return Finding("reachable", "yes", address, seconds=answer.seconds)


def _access(answer: Answer) -> Finding:
    if isinstance(answer.error, AuthenticationError):
        return Finding("access", "no", quoted(answer.error.message, marks=False), answer.error.hint)
    return Finding("access", "yes", "the key is taken, or none is needed")


def _answers(answer: Answer) -> Finding:
    if isinstance(answer.error, TimedOutError) and answer.pieces:
        told = f"{answer.error.message} It came as far as {quoted(answer.text)}"
        return Finding("answers", "unknown", told, answer.error.hint, answer.seconds)
    if answer.error is not None:
        error = answer.error
        return Finding("answers", "no", quoted(error.message, marks=False), error.hint, answer.seconds)
    finish = answer.finish
    if not answer.text.strip() or finish is None:
        verdict: Verdict = "no"
        return Finding("answers", verdict, "the answer is empty", "Is it a model for conversations?", answer.seconds)
    who = ", ".join(filter(None, (finish.model, finish.engine)))
    spent = f"{finish.usage.completion_tokens} tokens" if finish.usage.completion_tokens else "tokens are not counted"
    return Finding("answers", "yes", f"{who or 'it'} says {quoted(answer.text)} ({spent})", seconds=answer.seconds)
