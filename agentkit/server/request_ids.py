"""What identifies a request: in its answer, in the log, and to the client's support."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

_KEY = "agentkit.ids"


@dataclass(frozen=True, slots=True)
class RequestIds:
    """The two ids of a request (contract/workers_ai.md section 2)."""

    id: str
    """A UUID: `cf-ai-req-id`, and the end of error messages."""
    ray: str
    """`cf-ray`."""

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers of the answer."""
        return [(b"cf-ai-req-id", self.id.encode()), (b"cf-ray", self.ray.encode())]


def begin_request(scope: MutableMapping[str, Any]) -> RequestIds:
    """Ids for a new request, remembered in its scope."""
    data = os.urandom(24)
    ids = scope[_KEY] = RequestIds(str(UUID(bytes=data[:16], version=4)), f"{data[16:].hex()}-LOC")
    return ids


def request_id_of(scope: MutableMapping[str, Any]) -> str:
    """The id of a request."""
    ids: RequestIds = scope[_KEY]
    return ids.id
