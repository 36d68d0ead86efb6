"""Where deliveries may go: to the outside only, whatever a name is made to mean (SSRF)."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from gis.words import Words

__all__ = ["AddressRefused", "Target", "check_url", "is_outside", "target_of"]

# Addresses with others inside: where they lead is decided by routers, not here.
_TUNNELS = tuple(
    ipaddress.ip_network(each)
    for each in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
        "::ffff:0:0:0/96",
    )
)


class AddressRefused(Exception):
    """Nothing is sent there."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


@dataclass(frozen=True)
class Target:
    """Where a delivery goes: the address a name had when it was checked, so that it cannot become another.

    Attributes
    ----------
    url
        With the address in the place of the name.
    host
        What the receiver is called, with its port where that is not the usual one.
    name
        Whose certificate is asked for.
    """

    url: str
    host: str
    name: str


def is_outside(address: str) -> bool:
    """Whether an address is one of the public Internet.

    >>> [is_outside(each) for each in ("8.8.8.8", "127.0.0.1", "10.1.2.3", "169.254.169.254", "::1")]
    [True, False, False, False, False]
    >>> [is_outside(each) for each in ("::ffff:127.0.0.1", "64:ff9b::7f00:1", "fe80::1%eth0")]
    [False, False, False]
    >>> [is_outside(each) for each in ("::127.0.0.1", "::ffff:0:127.0.0.1", "2002:7f00:1::", "2400:3200::1")]
    [False, False, False, True]
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in tunnel for tunnel in _TUNNELS):
            return False
    return found.is_global and not found.is_multicast


def check_url(url: str, *, private: bool) -> None:
    """Refuse what cannot be the address of a receiver.

    Parameters
    ----------
    private
        Whether addresses inside the house, and plain HTTP, are allowed.

    Raises
    ------
    AddressRefused
        No HTTPS address, one with a user or a fragment, or one of this machine or network.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
        raise AddressRefused(Words("应为 https:// 地址", "an https:// address is expected"))
    if parts.scheme == "http" and not private:
        raise AddressRefused(Words("须使用 https", "https is needed"))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefused(
            Words("地址不得含用户名、密码或片段", "an address with a user, a password or a fragment")
        )
    if any(letter.isspace() or not letter.isprintable() for letter in url):
        raise AddressRefused(Words("地址含空白或控制字符", "an address with blanks"))
    try:
        literal = str(ipaddress.ip_address(parts.hostname))
    except ValueError:
        return
    if not private and not is_outside(literal):
        raise AddressRefused(INSIDE)


INSIDE = Words("不得指向本机或内部网络", "an address of this machine or of an inner network")


async def target_of(url: str, *, private: bool) -> Target:
    """Where to connect to for an address, looked up now.

    Raises
    ------
    AddressRefused
        As `check_url`; also when one of the addresses of the name is inside, or it has none.
    """
    check_url(url, private=private)
    parts = urlsplit(url)
    name = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressRefused(Words(f"无法解析 {name}", f"{name} has no address")) from None
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    if not addresses:
        raise AddressRefused(Words(f"无法解析 {name}", f"{name} has no address"))
    if not private and not all(map(is_outside, addresses)):
        raise AddressRefused(INSIDE)
    address = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
    query = f"?{parts.query}" if parts.query else ""
    host = f"[{name}]" if ":" in name else name
    usual = parts.port in (None, 443 if parts.scheme == "https" else 80)
    return Target(
        f"{parts.scheme}://{address}:{port}{parts.path or '/'}{query}",
        host if usual else f"{host}:{port}",
        name,
    )
