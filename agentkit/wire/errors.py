"""Error bodies, in the six shapes they come in, as our errors (contract/workers_ai.md section 10.1)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

from ..errors import ContextOverflowError, RunnerError
from .error_rows import NUMBERS, row_for
from .json_text import parsed

EXCERPT = 2000
"""Most characters of a body that an error keeps."""

REQUEST_IDS = ("cf-ai-req-id", "x-request-id", "request-id", "cf-aig-log-id", "cf-ray")
"""Headers with the provider's id of a request, the best first."""

_PREFIX = re.compile(r"^(?:AiError|Ai|Bad input|Error): *")
_SUFFIX = re.compile(r" *\(([0-9a-f]{8}-[0-9a-f-]{27})\)$")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<(script|style).*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Report:
    """What an error body says."""

    text: str = ""
    code: int | str | None = None
    kind: str = ""
    status: int | None = None
    request_id: str | None = None
    tokens: int | None = None
    limit: int | None = None


def refused(body: str, status: int, headers: Mapping[str, str]) -> RunnerError:
    """The error for a reply with an HTTP status of 300 or more."""
    data = body.partition("data:")[2] if body.startswith(("data:", "event:")) else body
    report = _read(parsed(data)) or Report(_excerpt(body))
    request_id = next((headers[name] for name in REQUEST_IDS if name in headers), report.request_id)
    error = _error(replace(report, request_id=request_id), status, body)
    error.retry_after = retry_after(headers)
    return error


def reported(frame: Any) -> RunnerError | None:
    """The error that a frame or a reply under HTTP 200 reports; None where it reports none (quirks Q33, Q50)."""
    if not (isinstance(frame, dict) and _fails(frame)):
        return None
    report = _read(frame) or Report()
    status = report.status
    if status is None and isinstance(report.code, int) and 400 <= report.code < 600:
        status = report.code
    return _error(report, status, json.dumps(frame, ensure_ascii=False))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the provider asks to wait: `retry-after-ms`, or `retry-after` as a number or a date."""
    milliseconds, value = headers.get("retry-after-ms"), headers.get("retry-after")
    try:
        if milliseconds:
            return max(0.0, float(milliseconds) / 1000)
        return max(0.0, float(value)) if value else None
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value or "").timestamp() - time())
    except ValueError:
        return None


def _fails(frame: Mapping[str, Any]) -> bool:
    return bool(
        frame.get("error") or frame.get("errors") or frame.get("success") is False or frame.get("object") == "error"
    )


def _error(report: Report, status: int | None, body: str) -> RunnerError:
    row = row_for(report.code, report.kind, status, report.text)
    details: dict[str, Any] = {}
    if issubclass(row.error, ContextOverflowError):
        tokens, limit = _numbers(report.text)
        details = {"tokens": report.tokens or tokens, "limit": report.limit or limit}
    marks = [f"HTTP {status}" if status else "", f"code {report.code}" if report.code not in (None, status) else ""]
    mark = ", ".join(filter(None, marks))
    return row.error(
        (report.text or "The endpoint gives no reason.") + (f" ({mark})" if mark else ""),
        hint=row.hint,
        status=status,
        code=report.code,
        request_id=report.request_id,
        body=body[:EXCERPT],
        **details,
    )


def _read(body: Any) -> Report | None:
    """What a body says, whichever of the shapes it has; None where it has none of them."""
    if isinstance(body, str):
        return _unwrapped(Report(body)) if body else None
    if isinstance(body, list):
        body = body[0] if body else None
    if not isinstance(body, dict):
        return None
    for name in ("errors", "error"):
        inner = _read(body.get(name))
        if inner is not None:
            return replace(inner, status=_integer(body.get("httpCode")) or inner.status, kind=inner.kind)
    text = body.get("message") or body.get("description") or body.get("detail")
    if text is None:
        return None
    report = Report(
        text if isinstance(text, str) else json.dumps(text, ensure_ascii=False),
        _code(body),
        str(body.get("type") or body.get("name") or ""),
        _integer(body.get("httpCode")),
        body.get("requestId"),
        _integer(body.get("n_prompt_tokens")),
        _integer(body.get("n_ctx")),
    )
    return _unwrapped(report)


def _code(body: Mapping[str, Any]) -> int | str | None:
    for value in (body.get("internalCode"), *(item.get("code") for item in _chain(body)), body.get("code")):
        if isinstance(value, int | str) and not isinstance(value, bool) and value != "":
            return int(value) if isinstance(value, str) and value.isdecimal() else value
    return None


def _chain(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    chain = body.get("error_chain")
    return [item for item in chain if isinstance(item, dict)] if isinstance(chain, list) else []


def _unwrapped(report: Report) -> Report:
    """The text without prefixes and request id, and out of the JSON that it may be nested in (quirk Q35)."""
    text, request_id = report.text.strip(), report.request_id
    while True:
        shorter = _PREFIX.sub("", text)
        suffix = _SUFFIX.search(shorter)
        if suffix:
            request_id = request_id or suffix[1]
            shorter = shorter[: suffix.start()]
        if shorter == text:
            break
        text = shorter
    inner = _read(parsed(text)) if text.startswith("{") else None
    if inner is None:
        return replace(report, text=text, request_id=request_id)
    code = inner.code if isinstance(inner.code, str) or report.code is None else report.code
    return replace(inner, code=code, status=report.status, request_id=request_id or inner.request_id)


def _numbers(text: str) -> tuple[int | None, int | None]:
    for pattern in NUMBERS:
        found = pattern.search(text)
        if found:
            groups = found.groupdict()
            tokens = [int(groups[name].replace(",", "")) for name in ("tokens", "more") if groups.get(name)]
            limit = groups.get("limit")
            return sum(tokens) if tokens else None, int(limit.replace(",", "")) if limit else None
    return None, None


def _excerpt(body: str) -> str:
    """A line of a body that is not JSON, the title where it is a page."""
    title = _TITLE.search(body)
    text = " ".join((title[1] if title else _TAG.sub(" ", body)).split())
    page = "An HTML page: " if body.lstrip()[:1] == "<" else ""
    return page + (text if len(text) <= 200 else text[:200] + "...")


def _integer(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
