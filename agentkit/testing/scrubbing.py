"""What must not lie in a repository: keys, tokens and account ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..runners.secrets import OPEN

KEPT = ("content-type", "retry-after", "x-should-retry", "x-request-id", "cf-ai-req-id", "cf-ray", "cf-ai-neurons")
"""Headers of replies that mean something to a runner; the others are not recorded."""
HARMLESS = (*OPEN, "accept", "accept-encoding", "connection", "content-length", "host", "transfer-encoding")
_ACCOUNT = re.compile(r"/accounts/([^/]+)/|gateway\.ai\.cloudflare\.com/v1/([^/]+)/")
_SHORTEST = 6
"""Characters of a secret; shorter ones would be found everywhere."""


def secrets_in(url: str, headers: Mapping[str, str]) -> dict[str, str]:
    """What is secret in a request -> what is written in its place."""
    found = {account: "ACCOUNT" for match in _ACCOUNT.findall(url) for account in match if account}
    for name, value in headers.items():
        if name.lower() not in HARMLESS:
            found[value.removeprefix("Bearer ")] = "SECRET"
    return found


def scrubbed(text: str, secrets: Mapping[str, str]) -> str:
    """A text without secrets."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, secrets[secret])
    return text


def path_of(url: str, secrets: Mapping[str, str]) -> str:
    """The path of a URL without the account, by which requests are compared: the host may be another one."""
    path = re.sub(r"^\w+://[^/]*", "", url)
    for account in _accounts(secrets):
        path = path.replace(f"/{account}/", "/ACCOUNT/")
    return path


def _accounts(secrets: Mapping[str, str]) -> Iterable[str]:
    return [secret for secret, name in secrets.items() if name == "ACCOUNT"]
