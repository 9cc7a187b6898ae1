"""What the hub and its library say when something does not work, in our words."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from huggingface_hub.errors import (
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import parse_ratelimit_headers

from ....errors import WeightsError

KEPT = "What has come is kept."


@contextmanager
def explained(endpoint: str, repo: str, revision: str, target: Path) -> Iterator[None]:
    """Turn every error of the hub, its library, the network and the disk into a `WeightsError`."""
    try:
        yield
    except HfHubHTTPError as error:  # is an OSError too
        raise _refused(error, endpoint, repo, revision) from error
    except OfflineModeIsEnabled as error:  # is an OSError too
        raise WeightsError(
            f"{repo!r} is not complete in {str(target)!r}, and HF_HUB_OFFLINE forbids to fetch it.",
            hint="Unset HF_HUB_OFFLINE, or copy that folder from another machine.",
        ) from error
    except HFValidationError as error:
        raise WeightsError(f"{repo!r} is no name of a repository.", hint="It is written owner/name.") from error
    except (httpx2.TransportError, httpx2.InvalidURL, httpx2.TooManyRedirects, httpx2.DecodingError) as error:
        raise WeightsError(
            f"no connection to {place(endpoint)}, or it broke: {reason(error)}.",
            hint=f"Try again when there is a network. {KEPT} HF_ENDPOINT names another hub.",
        ) from error
    except OSError as error:
        raise WeightsError(
            f"the weights cannot be stored in {str(target)!r}: {error.strerror or error}.",
            hint="Make room or set AGENTKIT_CACHE to another folder.",
        ) from error


def place(endpoint: str) -> str:
    """The hub's host, without what else an address may carry, a password for example."""
    return repr(_bare(endpoint).partition("://")[2].partition("/")[0] or endpoint)


def _bare(endpoint: str) -> str:
    return re.sub("//.*@", "//", endpoint)


def reason(error: Exception) -> str:
    """Why a connection failed; never with an address, which may carry a signature."""
    said = str(error)
    return type(error).__name__ if "://" in said or not said else said.removesuffix(".")


def seconds_to_wait(error: HfHubHTTPError) -> float | None:
    """How long the hub asks to wait before the next request; None where it does not say."""
    headers = error.response.headers
    asked = headers.get("Retry-After", "")
    if asked.isdigit():
        return float(asked)
    limit = parse_ratelimit_headers(headers)
    return float(limit.reset_in_seconds) if limit and not limit.remaining else None


def _refused(error: HfHubHTTPError, endpoint: str, repo: str, revision: str) -> WeightsError:
    status = error.response.status_code
    token = bool(os.environ.get("HF_TOKEN"))
    if isinstance(error, GatedRepoError):
        account = "the account of HF_TOKEN has no access" if token else "no HF_TOKEN is set"
        then = "wait until access is granted" if token else "set HF_TOKEN to a token of that account"
        return WeightsError(
            f"the repository {repo!r} is gated, and {account}.",
            hint=f"Accept its licence on {_bare(endpoint)}/{repo}, then {then}.",
        )
    if isinstance(error, DisabledRepoError):
        return WeightsError(f"the repository {repo!r} has been disabled.", hint="Choose another one.")
    if isinstance(error, RevisionNotFoundError):
        return WeightsError(
            f"the repository {repo!r} has no revision {revision!r}.",
            hint="Name a commit hash, a tag or a branch that it has.",
        )
    if status == 401 and token and not isinstance(error, RepositoryNotFoundError):
        return WeightsError(
            f"{place(endpoint)} refuses HF_TOKEN.",
            hint="Set it to a token that is valid, or unset it for a public repository.",
        )
    if status in (401, 404):
        return WeightsError(
            f"{place(endpoint)} has no repository {repo!r}, or it is private.",
            hint="Check the name. A private one needs HF_TOKEN, with a token that may read it.",
        )
    return _failed(error, status, endpoint)


def _failed(error: HfHubHTTPError, status: int, endpoint: str) -> WeightsError:
    if status == 429:
        wait = seconds_to_wait(error)
        return WeightsError(
            f"{place(endpoint)} has had too many requests.",
            hint=f"Try again {'later' if wait is None else f'in {wait:.0f} seconds'}. {KEPT} "
            "With HF_TOKEN more requests are allowed.",
        )
    said = f": {error.server_message[:200]}" if error.server_message else ""
    return WeightsError(
        f"{place(endpoint)} answered with status {status}{said.removesuffix('.')}.",
        hint=f"Try again later. {KEPT}" if status >= 500 else f"HF_TOKEN or HF_ENDPOINT may be wrong. {KEPT}",
    )
