"""Which addresses a trailer may be fetched from.

Neither the catalogue nor the web is trusted, and both may name any address. So

- link-local, multicast, reserved and unspecified addresses are always refused, and so are the
  metadata services of clouds, which hand out a machine's credentials;
- loopback and private addresses are allowed only if the catalogue itself names one, since people
  keep trailers in their own network: from there redirects and pages may lead to the same host and
  its addresses, or to public ones, but never to another private host, and on this machine never to
  another port;
- a public address never leads to a private one: after the first request to a public address even
  the private host that the catalogue named is refused.

A name is judged by the addresses it resolves to, and an address by those it embeds as well; a name
that does not resolve counts as public. `restrict_connections` applies the same rules when
connecting, since a name may resolve differently by then. Behind a proxy the proxy resolves names,
so only literal addresses and localhost can be checked. A NAT64 or 6rd prefix of a network's own is
known to that network alone, so what hides behind one is not seen here.
"""

import functools
import os
import socket
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit
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
FORBIDDEN_HOSTS = ("metadata.google.internal",)  # also where a proxy resolves names
DEFAULT_PORTS = {"http": 80, "https": 443}
MAPPED = [
    ip_network(text)
    # RFC 4291 (compatible), RFC 2765 (translated), RFC 6052 (NAT64): the last 32 bits are IPv4
    for text in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")
]
UNSPECIFIED = IPv4Address(0)
LOCAL_NAT64 = ip_network("64:ff9b:1::/48")  # RFC 8215
ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # RFC 5214: before the IPv4 address in the last 32 bits
resolve = socket.getaddrinfo  # the original, also after `restrict_connections`


class NotAllowedError(Exception):
    """This URL must not be fetched, or not after the addresses before it."""


class AddressPolicy:
    """The rules for one trailer's requests, the first of which goes to the catalogue's URL."""

    def __init__(self, origin: str) -> None:
        self.origin_host, self.origin_port = host_and_port(origin)
        self.went_public = not is_private(addresses_of(self.origin_host))
        """Whether a public address was requested already."""
        self.checked: set[Address] = set()
        """Addresses that passed."""

    def check(self, url: str) -> None:
        """Raise NotAllowedError for a URL that must not be requested."""
        host, port = host_and_port(url)
        found = addresses_of(host)
        if host in FORBIDDEN_HOSTS or any(map(is_forbidden, found)):
            raise NotAllowedError("a link-local, multicast, reserved or metadata address")
        if not is_private(found):
            self.went_public = True
        elif self.went_public:
            raise NotAllowedError("redirected from the web to a private address")
        elif host != self.origin_host and not found <= addresses_of(self.origin_host):
            raise NotAllowedError("redirected from one private address to another")
        elif port != self.origin_port and any(address.is_loopback for address in found):
            raise NotAllowedError("redirected to another port of this machine")
        self.checked |= found

    def restrict_connections(self) -> None:
        """Let this process connect only to public addresses and those checked, from now on."""
        if _behind_proxy():
            return

        def guarded(*args: Any, **options: Any) -> Any:
            found = resolve(*args, **options)
            allowed = [entry for entry in found if self._is_allowed(entry)]
            if not allowed:
                raise socket.gaierror(socket.EAI_NONAME, "not the address that was checked")
            return allowed

        socket.getaddrinfo = guarded

    def _is_allowed(self, entry: Any) -> bool:
        found = _addresses(entry)  # those of a public name may change
        if found <= self.checked:
            local = any(address.is_loopback for address in found)
            return entry[4][1] == self.origin_port or not local
        return not (any(map(is_forbidden, found)) or is_private(found))


def host_and_port(url: str) -> tuple[str, int]:
    """Host and port of an http(s) URL.

    The host is in lower case and without the dot that may end a name. Raises NotAllowedError for
    other schemes, for user names, and for what other programs may read as another host or port.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotAllowedError("not a URL, or a port outside 1 to 65535") from None
    if parts.scheme not in DEFAULT_PORTS:
        raise NotAllowedError(f"redirected to a {parts.scheme or 'scheme-less'}: URL")
    if port == 0:
        raise NotAllowedError("a port outside 1 to 65535")
    host = _host(parts)
    if "@" in parts.netloc:
        raise NotAllowedError("a user name in the URL; give cookies in TRAILER_COOKIES instead")
    return host, port or DEFAULT_PORTS[parts.scheme]


def _host(parts: SplitResult) -> str:
    """The host as all programs read it, or NotAllowedError."""
    host = unicodedata.normalize("NFKC", parts.hostname or "")
    with suppress(UnicodeError):  # a script that is younger than Python's table
        host = host.encode("idna").decode()
    name = host.lower().removesuffix(".")
    label = name.rpartition(".")[2]
    # as in the URL standard: what ends in a number is an address, here written in one way only
    numeric = label.isdigit() or label.startswith("0x") or "[" in parts.netloc
    # a backslash ends the host for some, a % begins a zone or an escape
    odd = set(parts.netloc) & set("\\%") or not all(name.split("."))
    if odd or (numeric and not _is_literal(name)):
        raise NotAllowedError("a URL that can be read in two ways")
    return name


def _is_literal(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


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
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, whoever resolves it
        return frozenset([IPv4Address("127.0.0.1"), IPv6Address("::1")])
    flags = socket.AI_NUMERICHOST if _behind_proxy() else 0
    try:
        found = resolve(host, None, type=socket.SOCK_STREAM, flags=flags)
    except (OSError, UnicodeError):
        return frozenset()
    return frozenset().union(*map(_addresses, found))


def _behind_proxy() -> bool:
    return bool(os.environ.get("TRAILER_PROXY") or getproxies())


def _addresses(entry: Any) -> frozenset[Address]:
    """The address in an entry of getaddrinfo, and the IPv4 addresses that it embeds.

    One that is only another way to write an IPv4 address is left out.
    """
    address = ip_address(entry[4][0].partition("%")[0])
    if isinstance(address, IPv4Address):
        return frozenset([address])
    value = int(address)
    last = IPv4Address(value & 0xFFFF_FFFF)
    if value > 1 and any(address in network for network in MAPPED):
        return frozenset([last])
    if address.sixtofour is not None:
        return frozenset([address.sixtofour])
    found = {address, *(address.teredo or ())}
    if value >> 32 & 0xFFFF_FFFF in ISATAP:
        found.add(last)
    if address in LOCAL_NAT64:
        found = set(_behind_nat64(value)) or {UNSPECIFIED}
    return frozenset(found)


def _behind_nat64(value: int) -> Iterator[Address]:
    """IPv4 addresses that an address of a local NAT64 may stand for, by RFC 6052.

    The prefix has 48, 56, 64 or 96 bits, which only its network knows, so all that fit are meant:
    where it is shorter, bits 64 to 71 are no part of the address, and what follows it is zero.
    """
    readings = [value & 0xFFFF_FFFF]
    without = (value >> 64 << 56) | (value & ((1 << 56) - 1))
    for rest in (88 - 48, 88 - 56, 88 - 64):
        if (value >> 56) & 0xFF == 0 and without & ((1 << rest) - 1) == 0:
            readings.append((without >> rest) & 0xFFFF_FFFF)
    yield from (IPv4Address(each) for each in readings if each)
