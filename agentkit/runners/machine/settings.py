"""What the environment says, without its secrets."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

OPEN = (
    "AGENTKIT_RUNNER",
    "AGENTKIT_CACHE",
    "AGENTKIT_MEMORY",
    "AGENTKIT_STATE",
    "CUDA_VISIBLE_DEVICES",
    "HF_HOME",
    "HF_HUB_OFFLINE",
)
ADDRESSES = ("OPENAI_BASE_URL", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "HF_ENDPOINT")
SECRET = (
    "OPENAI_API_KEY",
    "CLOUDFLARE_ACCOUNT_ID",
    "CLOUDFLARE_AUTH_TOKEN",
    "CLOUDFLARE_API_TOKEN",
    "HF_TOKEN",
)


def settings(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The settings that are there: of addresses what is no secret, of secrets only that they are set."""
    found = {name: environment[name] for name in OPEN if environment.get(name)}
    for name in ADDRESSES:
        if value := environment.get(name) or environment.get(name.lower()):
            found[name] = _address(value)
    return found | {name: "set" for name in SECRET if environment.get(name, "").strip()}


def remotes(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Runner string -> what is missing for it in the environment; an empty text where nothing is."""
    set_here = settings(environment)
    account = "CLOUDFLARE_ACCOUNT_ID" in set_here
    token = bool({"CLOUDFLARE_AUTH_TOKEN", "CLOUDFLARE_API_TOKEN"} & set_here.keys())
    openai = bool({"OPENAI_BASE_URL", "OPENAI_API_KEY"} & set_here.keys())
    missing = ["" if account else "CLOUDFLARE_ACCOUNT_ID", "" if token else "CLOUDFLARE_AUTH_TOKEN"]
    return {
        "openai:NAME": "" if openai else "OPENAI_BASE_URL or OPENAI_API_KEY",
        "@cf/VENDOR/MODEL": " and ".join(filter(None, missing)),
    }


def _address(value: str) -> str:
    try:
        parts = urlsplit(value)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
    except ValueError:
        return "set, but no address"
