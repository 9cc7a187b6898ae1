"""Secrets that come from arguments or the environment."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ..errors import AuthenticationError


def cleaned(value: str | None, argument: str, variables: Sequence[str], *, needed: bool = True) -> str:
    """The secret without white space around it, which a copied or a read one often has.

    Args:
        value: The argument; None takes the first variable that is set.
        argument: Its name.
        variables: Names in the environment.
        needed: Whether it is an error that there is none.

    Raises:
        AuthenticationError: There is none though it is needed, or it has white space or other characters inside that no
            header can carry.
    """
    source = argument
    if value is None:
        source = next((name for name in variables if os.environ.get(name, "").strip()), argument)
        value = os.environ.get(source, "")
    value = value.strip()
    if not value and needed:
        raise AuthenticationError(
            f"{argument} is missing.", hint=f"Pass {argument}=, or set {' or '.join(variables)} in the environment."
        )
    if not value.isascii() or not value.isprintable() or " " in value:
        raise AuthenticationError(f"{source} has characters inside that no token has.", hint="Was it copied whole?")
    return value
