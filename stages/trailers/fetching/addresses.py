"""Which addresses a trailer may be fetched from.

Neither the catalogue nor the web is trusted, and both may name any address. So

- link-local, multicast, reserved and unspecified addresses are always refused, and so are the
  metadata services of clouds, which hand out a machine's credentials;
- loopback and private addresses are allowed only if the catalogue itself names one, since people
  keep trailers in their own network: from there redirects and pages may lead to the same host and
  its addresses, or to public ones, but never to another private host;
- a public address never leads to a private one: after the first request to a public address even
  the private host that the catalogue named is refused.

A name is judged by the addresses it resolves to; one that does not resolve counts as public.
`restrict_connections` applies the same rules when connecting, since a name may resolve differently
by then. Behind a proxy the proxy resolves names, so only literal addresses can be checked.
"""

import functools
import os
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

Address = IPv4Address | IPv6Address

FORBIDDEN_NETWORKS = [
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
resolve = socket.getaddrinfo  # the original, also after `restrict_connections`


class NotAllowedError(Exception):
    """This URL must not be fetched, or not after the addresses before it."""


class AddressPolicy:
    """The rules for one trailer's requests, the first of which goes to the catalogue's URL."""

    def __init__(self, origin: str) -> None:
        self.origin_host = host_of(origin)
        self.went_public = not is_private(addresses_of(self.origin_host))
        """Whether a public address was requested already."""
        self.checked: set[Address] = set()
        """Addresses that passed."""

    def check(self, url: str) -> None:
        """Raise NotAllowedError for a URL that must not be requested."""
        host = host_of(url)
        found = addresses_of(host)
        if any(map(is_forbidden, found)):
            raise NotAllowedError("a link-local, multicast, reserved or metadata address")
        if not is_private(found):
            self.went_public = True
        elif self.went_public:
            raise NotAllowedError("redirected from the web to a private address")
        elif host != self.origin_host and not found <= addresses_of(self.origin_host):
            raise NotAllowedError("redirected from one private address to another")
        self.checked |= found

    def restrict_connections(self) -> None:
        """Let this process connect only to public addresses and those checked, from now on."""
        if _behind_proxy():
            return

        def guarded(*args: Any, **options: Any) -> Any:
            found = resolve(*args, **options)
            allowed = [entry for entry in found if self._is_allowed(_address(entry))]
            if not allowed:
                raise socket.gaierror(socket.EAI_NONAME, "not the address that was checked")
            return allowed

        socket.getaddrinfo = guarded

    def _is_allowed(self, address: Address) -> bool:
        found = frozenset([address])  # the addresses of a public name may change
        return address in self.checked or not (is_forbidden(address) or is_private(found))


def host_of(url: str) -> str:
    """Host of an http(s) URL; raises NotAllowedError for other schemes and ambiguous URLs."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise NotAllowedError("not a URL") from None
    if parts.scheme not in ("http", "https"):
        raise NotAllowedError(f"redirected to a {parts.scheme or 'scheme-less'}: URL")
    if "\\" in parts.netloc:  # other parsers take it for the end of the host
        raise NotAllowedError("a URL that can be read in two ways")
    return host


def is_forbidden(address: Address) -> bool:
    """Whether an address is always refused."""
    return any(address in network for network in FORBIDDEN_NETWORKS)


def is_private(addresses: frozenset[Address]) -> bool:
    """Whether any of a host's addresses is not public."""
    return any(
        not address.is_global or (isinstance(address, IPv6Address) and address.is_site_local)
        for address in addresses
    )


@functools.cache
def addresses_of(host: str) -> frozenset[Address]:
    """Addresses that a host name or literal address resolves to; none if it does not resolve."""
    flags = socket.AI_NUMERICHOST if _behind_proxy() else 0
    try:
        found = resolve(host, None, type=socket.SOCK_STREAM, flags=flags)
    except (OSError, UnicodeError):
        return frozenset()
    return frozenset(_address(entry) for entry in found)


def _behind_proxy() -> bool:
    return bool(os.environ.get("TRAILER_PROXY") or getproxies())


def _address(entry: Any) -> Address:
    """The address in an entry of getaddrinfo; IPv4 addresses wrapped in IPv6 are unwrapped."""
    address = ip_address(entry[4][0])
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address
