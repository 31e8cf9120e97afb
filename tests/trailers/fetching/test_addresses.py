"""Where a trailer may be fetched from, with literal addresses, which need no network."""

import socket
from collections.abc import Iterator

import pytest

from stages.trailers.fetching import addresses
from stages.trailers.fetching.addresses import AddressPolicy, NotAllowedError

PUBLIC = "http://93.184.215.14/a.mp4"
FORBIDDEN_NETWORKS = [
    "169.254.169.254",
    "169.254.0.1",
    "[fe80::1]",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::]",
    "2852039166",
    "0xa9.254.43518",
    "0.0.0.0",
    "[::]",
    "224.0.0.1",
    "[ff02::1]",
    "255.255.255.255",
    "100.100.100.200",
    "168.63.129.16",
    "[fd00:ec2::254]",
]
PRIVATE = ["127.0.0.1", "10.1.2.3", "192.168.0.7", "[::1]", "[fd12::1]", "[fec0::1]", "100.64.0.1"]


@pytest.fixture(autouse=True)
def afresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "TRAILER_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    addresses.addresses_of.cache_clear()
    yield
    addresses.addresses_of.cache_clear()


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://93.184.215.14/a",
        "data:,a",
        "//93.184.215.14/a",
        "rtmp:a",
        "http://[::1/a",
        "http://169.254.169.254\\@93.184.215.14/a",
    ],
)
def test_only_the_web(url: str) -> None:
    with pytest.raises(NotAllowedError):
        AddressPolicy(PUBLIC).check(url)


@pytest.mark.parametrize("host", FORBIDDEN_NETWORKS)
def test_some_addresses_are_refused_whoever_names_them(host: str) -> None:
    url = f"http://{host}/latest/meta-data/"
    for origin in (url, PUBLIC, "http://192.168.0.7/films"):
        with pytest.raises(NotAllowedError):
            AddressPolicy(origin).check(url)


@pytest.mark.parametrize("host", PRIVATE)
def test_the_catalogue_may_name_a_private_host_and_only_that(host: str) -> None:
    policy = AddressPolicy(f"http://{host}/films")
    policy.check(f"http://{host}/films")
    policy.check(f"http://{host}:8080/other")
    with pytest.raises(NotAllowedError, match="one private address to another"):
        policy.check("http://10.9.9.9/a")
    with pytest.raises(NotAllowedError, match="one private address to another"):
        policy.check("http://127.0.0.2/a")


@pytest.mark.parametrize("host", PRIVATE)
def test_the_web_may_not_send_us_home(host: str) -> None:
    with pytest.raises(NotAllowedError, match="from the web"):
        AddressPolicy(PUBLIC).check(f"http://{host}/a")


def test_there_is_no_way_back_from_the_web() -> None:
    policy = AddressPolicy("http://10.1.2.3/films")
    policy.check(PUBLIC)
    with pytest.raises(NotAllowedError, match="from the web"):
        policy.check("http://10.1.2.3/admin")


def test_a_name_is_as_good_as_its_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {
        "nas": ["10.1.2.3", "fd12::1"],
        "nas.lan": ["10.1.2.3"],
        "10.1.2.3": ["10.1.2.3"],
        "router.lan": ["10.1.2.3", "10.0.0.1"],
        "evil.example": ["93.184.215.14", "169.254.169.254"],
    }

    def resolve(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (address, 0)) for address in known[host]]

    monkeypatch.setattr(addresses, "resolve", resolve)
    policy = AddressPolicy("http://nas/films")
    for same in ("http://NAS/a", "http://nas.lan/a", "http://10.1.2.3/a"):
        policy.check(same)
    for other in ("http://router.lan/a", "http://evil.example/a"):
        with pytest.raises(NotAllowedError):
            policy.check(other)


def test_a_name_may_move_but_not_home(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ["93.184.215.14", "93.184.215.15", "127.0.0.1", "169.254.169.254", "10.1.2.3"]

    def resolve(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (answers.pop(0), 80))]

    monkeypatch.setattr(addresses, "resolve", resolve)
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)  # put back after the test
    policy = AddressPolicy("http://film.example/a.mp4")
    policy.check("http://film.example/a.mp4")
    policy.restrict_connections()
    assert socket.getaddrinfo("film.example", 80) == [(0, 0, 0, "", ("93.184.215.15", 80))]
    for _ in range(3):
        with pytest.raises(OSError, match="not the address"):
            socket.getaddrinfo("film.example", 80)


def test_public_addresses_pass() -> None:
    AddressPolicy(PUBLIC).check("https://93.184.215.14:8443/a?b")
    AddressPolicy(PUBLIC).check("http://[2606:2800:220:1::1]/a")
