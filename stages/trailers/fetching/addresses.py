"""Which addresses a trailer may be fetched from.

Neither the catalogue nor the web is trusted, and both may name any address. So

- refused always: link-local, multicast, reserved and unspecified addresses, and those under which
  clouds tell a machine its secrets;
- loopback and private addresses only where the catalogue itself names one, since people have
  trailers in their own network: from there redirects and pages may lead to the same host, to none
  but its addresses, or out to public ones, never to another private host;
- from public addresses never to a private one, so once a public one was asked there is no way
  back, not even to the host that the catalogue named.

A name is as good as the addresses it stands for, and one that cannot be looked up counts as
public; `guard` holds connections to the same rules, since a name server may answer otherwise by
then. Behind a proxy names are the proxy's to look up, so there only literal addresses tell.
"""

import functools
import os
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

Address = IPv4Address | IPv6Address

NEVER = [
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/128", "fe80::/10", "ff00::/8"),
        # metadata services of clouds that are at none of these
        *("100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32"),
        *("fd00:ec2::254/128", "fd20:ce::254/128"),
    )
]
NAT64 = ip_network("64:ff9b::/96")
look_up = socket.getaddrinfo  # the real one, also after `guard`


class NotAllowedError(Exception):
    """Nothing may be fetched from there, or not from where we are."""


class Way:
    """The way of one trailer, which begins at the URL that the catalogue names."""

    def __init__(self, origin: str) -> None:
        self.home = host_of(origin)
        self.public = not is_private(addresses_of(self.home))
        self.checked: set[Address] = set()

    def check(self, url: str) -> None:
        """Raise NotAllowedError for a URL that must not be asked."""
        host = host_of(url)
        found = addresses_of(host)
        if any(map(is_forbidden, found)):
            raise NotAllowedError("a link-local, multicast, reserved or metadata address")
        if not is_private(found):
            self.public = True
        elif self.public:
            raise NotAllowedError("sent on from the web to a private address")
        elif host != self.home and not found <= addresses_of(self.home):
            raise NotAllowedError("sent on from one private address to another")
        self.checked |= found

    def guard(self) -> None:
        """From now on this process connects only to public addresses and those checked."""
        if _behind_proxy():
            return

        def guarded(*args: Any, **options: Any) -> Any:
            found = look_up(*args, **options)
            kept = [entry for entry in found if self._is_open(_address(entry))]
            if not kept:
                raise socket.gaierror(socket.EAI_NONAME, "not the address that was checked")
            return kept

        socket.getaddrinfo = guarded

    def _is_open(self, address: Address) -> bool:
        found = frozenset([address])  # a public name's addresses may well change
        return address in self.checked or not (is_forbidden(address) or is_private(found))


def host_of(url: str) -> str:
    """Host of an http(s) URL; raises NotAllowedError for other schemes and doubtful spellings."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise NotAllowedError("not a URL") from None
    if parts.scheme not in ("http", "https"):
        raise NotAllowedError(f"sent on to a {parts.scheme or 'scheme-less'}: URL")
    if "\\" in parts.netloc:  # which other parsers take for the end of the host
        raise NotAllowedError("a URL that can be read in two ways")
    return host


def is_forbidden(address: Address) -> bool:
    """Whether an address is one that nobody may name."""
    return any(address in network for network in NEVER)


def is_private(addresses: frozenset[Address]) -> bool:
    """Whether any of a host's addresses is other than public."""
    return any(
        not address.is_global or (isinstance(address, IPv6Address) and address.is_site_local)
        for address in addresses
    )


@functools.cache
def addresses_of(host: str) -> frozenset[Address]:
    """Addresses a host name or literal address stands for; none where it cannot be looked up."""
    flags = socket.AI_NUMERICHOST if _behind_proxy() else 0
    try:
        found = look_up(host, None, type=socket.SOCK_STREAM, flags=flags)
    except (OSError, UnicodeError):
        return frozenset()
    return frozenset(_address(entry) for entry in found)


def _behind_proxy() -> bool:
    return bool(os.environ.get("TRAILER_PROXY") or getproxies())


def _address(entry: Any) -> Address:
    """The address in an answer of getaddrinfo; an IPv4 one if an IPv6 one only wraps it."""
    address = ip_address(entry[4][0])
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address
