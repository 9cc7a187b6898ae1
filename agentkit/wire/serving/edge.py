"""The bodies with which the service's edge refuses a request, before it reaches a model.

Their shape is number 2 of contract/workers_ai.md section 10; `result` is null.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class EdgeRefusal:
    """An answer of the edge."""

    status: int
    code: int
    body: bytes


def not_routed(path: str) -> EdgeRefusal:
    """There is no such route."""
    text = f"Could not route to {path}, perhaps your object identifier is invalid?"
    return _refusal(404, {"code": 7003, "message": text}, {"code": 7000, "message": "No route for that URI"})


def not_supported(method: str) -> EdgeRefusal:
    """There is such a route, but not for this method."""
    return _refusal(405, {"code": 7001, "message": f"{method} not supported for requested URI."})


def forbidden(reason: str) -> EdgeRefusal:
    """Somebody who may not ask, whatever the token."""
    return _refusal(403, {"code": 9109, "message": f"Unauthorized to access requested resource: {reason}"})


def failed() -> EdgeRefusal:
    """An error that nobody foresaw."""
    return _refusal(500, {"code": 7009, "message": "Upstream service unavailable"})


def _refusal(status: int, *errors: dict[str, Any]) -> EdgeRefusal:
    body = {"result": None, "success": False, "errors": list(errors), "messages": []}
    return EdgeRefusal(status, errors[0]["code"], json.dumps(body).encode())


_INVALID = {"code": 6111, "message": "Invalid format for Authorization header"}

NO_TOKEN = EdgeRefusal(
    400,
    9106,
    json.dumps(
        {
            "success": False,
            "errors": [{"code": 9106, "message": "Missing X-Auth-Key, X-Auth-Email or Authorization headers"}],
        }
    ).encode(),
)
"""There is no header with a token (contract/workers_ai.md section 2)."""
MALFORMED_TOKEN = _refusal(400, {"code": 6003, "message": "Invalid request headers", "error_chain": [_INVALID]})
"""The header is not `Bearer <token>`."""
WRONG_TOKEN = _refusal(401, {"code": 10000, "message": "Authentication error"})
"""The token is another one."""
