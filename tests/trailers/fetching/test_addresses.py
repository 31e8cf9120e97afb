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
    "[64:ff9b:1::a9fe:a9fe]",  # a prefix of 96 bits, then of 64, 56 and 48
    "[64:ff9b:1:0:a9:fea9:fe00:0]",
    "[64:ff9b:1:a9:fe:a9fe::]",
    "[64:ff9b:1:a9fe:a9:fe00::]",
    "[64:ff9b:1::]",
    "[::169.254.169.254]",
    "[::ffff:0:169.254.169.254]",
    "[2002:a9fe:a9fe::]",
    "[2001:0:5db8:d70e:8000:63bf:5601:5601]",  # Teredo: the client's bits are inverted
    "[2001:0:a9fe:a9fe:8000:63bf:a247:28f1]",
    "[2606:2800:220:1:0:5efe:169.254.169.254]",
    "[fe80::1%25eth0]",
    "169.254.169.254.",
    "１６９.254.169.254",
    "169。254。169。254",
    "2852039166",
    "0xa9.254.43518",
    "metadata.google.internal",
    "METADATA.google.internal.",
    "0.0.0.0",
    "[::]",
    "224.0.0.1",
    "[ff02::1]",
    "255.255.255.255",
    "100.100.100.200",
    "168.63.129.16",
    "[fd00:ec2::254]",
]
WRITTEN_ODDLY = [
    *(
        "127.1",
        "0177.0.0.1",
        "0x7f000001",
        "2130706433",
        "127.0.0.1..",
        "127.0.0.1.0",
        "127.0.0.0x1",
    ),
    *("127.0.0.%31", "local%68ost", "[::1%25lo]", "[v1.a]", ".127.0.0.1", "010.0.0.1", "٢.0.0.1"),
]
SAME = [  # the same as 127.0.0.1
    *("127.0.0.1.", "127。0。0。1", "１２７.0.0.1", "[::ffff:127.0.0.1]", "[::127.0.0.1]"),
    *("[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[::ffff:0:127.0.0.1]"),
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
        "http:///a",
        "http://93.184.215.14:0/a",
        "http://93.184.215.14:65536/a",
        "http://93.184.215.14:-1/a",
        "http://93.184.215.14:8a/a",
        "http://user@93.184.215.14/a",
        "http://user:password@93.184.215.14/a",
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
    policy.check(f"http://{host}/other")
    with pytest.raises(NotAllowedError, match="one private address to another"):
        policy.check("http://10.9.9.9/a")
    with pytest.raises(NotAllowedError, match="one private address to another"):
        policy.check("http://127.0.0.2/a")


@pytest.mark.parametrize("host", WRITTEN_ODDLY)
@pytest.mark.parametrize("proxy", ["", "http://127.0.0.1:9"])
def test_an_address_is_written_in_one_way_only(
    host: str, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAILER_PROXY", proxy)
    with pytest.raises(NotAllowedError):
        AddressPolicy(PUBLIC).check(f"http://{host}/a")
    with pytest.raises(NotAllowedError):
        AddressPolicy(f"http://{host}/a").check(f"http://{host}/a")


@pytest.mark.parametrize(
    "host", [*SAME, "localhost", "LOCALHOST.", "a.localhost", "local\u00adhost"]
)
@pytest.mark.parametrize("proxy", ["", "http://127.0.0.1:9"])
def test_what_embeds_an_address_is_judged_by_it(
    host: str, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAILER_PROXY", proxy)
    with pytest.raises(NotAllowedError, match="from the web"):
        AddressPolicy(PUBLIC).check(f"http://{host}/a")


@pytest.mark.parametrize(
    "host", ["[64:ff9b::5db8:d70e]", "[64:ff9b:1::5db8:d70e]", "[2002:5db8:d70e::]"]
)
def test_a_public_address_that_is_embedded_is_public(host: str) -> None:
    AddressPolicy(PUBLIC).check(f"http://{host}/a")


@pytest.mark.parametrize("other", ["127.0.0.1", "localhost", *SAME])
def test_on_this_machine_only_the_port_that_the_catalogue_names(other: str) -> None:
    policy = AddressPolicy("http://localhost:8000/films")
    policy.check(f"http://{other}:8000/a")
    policy.check(f"https://{other}:8000/a")
    for port in ("", ":80", ":8001", ":22"):
        with pytest.raises(NotAllowedError, match="another port"):
            policy.check(f"http://{other}{port}/a")
    AddressPolicy("https://127.0.0.1/a").check("http://127.0.0.1:443/b")


def test_in_another_place_of_the_own_network_ports_do_not_matter() -> None:
    AddressPolicy("http://10.1.2.3/films").check("http://10.1.2.3:8080/b")


def test_a_connection_goes_to_no_other_port_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)  # put back after the test
    policy = AddressPolicy("http://127.0.0.1:8000/films")
    policy.check("http://127.0.0.1:8000/films")
    policy.restrict_connections()
    assert socket.getaddrinfo("127.0.0.1", 8000, type=socket.SOCK_STREAM)
    for port in (22, 0, None):
        with pytest.raises(OSError, match="not the address"):
            socket.getaddrinfo("127.0.0.1", port, type=socket.SOCK_STREAM)


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
