"""Addresses on the public internet, so that a page cannot lead a tool into the network it runs in."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import SOCK_STREAM
from typing import TypeAlias

import anyio

from agentkit import ToolError

Network: TypeAlias = IPv4Network | IPv6Network

_CLOSED = (
    ip_network("192.0.0.0/24"),  # special purposes; a cloud's metadata service among them
    ip_network("168.63.129.16/32"),  # a cloud's host, on a public address
)
_NAT64 = ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet; also true of the IPv4 address that is wrapped in an IPv6 one.

    >>> is_public("93.184.215.14"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1"), is_public("169.254.169.254")
    (True, False, False, False)
    """
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        wrapped = _wrapped(ip)
        if wrapped is not None:
            return is_public(str(wrapped))
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _CLOSED)


async def resolve(host: str, port: int, allowed: Sequence[Network]) -> list[str]:
    """The addresses of a host, each of them checked: connect to these, not to the name.

    A name may have other addresses a moment later, so checking the name alone protects nothing.

    Args:
        host: A name or an address.
        port: The port to connect to.
        allowed: Networks that may be connected to although they are not public.

    Raises:
        ToolError: There is no such host, or it is neither public nor allowed.
    """
    try:
        found = await anyio.getaddrinfo(host, port, type=SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ToolError(f"There is no host {host[:200]!r}. Check the address.") from None
    addresses = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    for address in addresses:
        if not is_public(address) and not any(ip_address(address) in network for network in allowed):
            raise ToolError(f"{host!r} is at {address}, which is not on the public internet, and is not opened.")
    return addresses


def _wrapped(ip: IPv6Address) -> IPv4Address | None:
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
