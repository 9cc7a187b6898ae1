"""A probe of Workers AI: every request of it passes the strictest reading of the contract."""

from __future__ import annotations

import pytest

from agentkit.runners.probing import TITLES, probe, target

from ..loopback import serve
from ..strict_service import MODEL, WINDOW, service
from .able import Able

pytestmark = pytest.mark.anyio


async def probed(url: str, token: str = "secret") -> dict[str, tuple[str, str]]:
    subject = target(MODEL, base_url=f"{url}/client/v4/accounts/acc/ai/run", api_token=token)
    found = {finding.name: (finding.verdict, finding.evidence) async for finding in probe(subject)}
    await subject.aclose()
    return found


async def test_nothing_of_it_is_refused() -> None:
    async with serve(service(Able())) as server:
        found = await probed(server.url)
    assert {name: verdict for name, (verdict, _) in found.items()} == dict.fromkeys(TITLES, "yes")
    assert f"{WINDOW:,} tokens" in found["context"][1]


async def test_a_wrong_token_is_told_as_such() -> None:
    async with serve(service(Able())) as server:
        found = await probed(server.url, "wrong")
    assert found.keys() == {"reachable", "access"}
    assert found["access"][0] == "no"
    assert "Authentication error" in found["access"][1]
