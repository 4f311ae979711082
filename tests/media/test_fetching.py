from __future__ import annotations

import contextlib
import ipaddress
import shutil
import socket
import ssl
import subprocess
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares import media
from wares.errors import MediaError
from wares.media import fetching
from wares.settings import MediaLimits

LOCAL = MediaLimits(allow_private=True, timeout_s=5, max_bytes=1_000_000)


def test_a_body_arrives_as_it_was_sent(server):
    assert media.read(server.url("/body/hello"), limits=LOCAL) == b"hello"
    assert server.seen == [(f"127.0.0.1:{server.server_address[1]}", "/body/hello")]


def test_redirects_are_followed_up_to_the_limit(server):
    assert media.read(server.url("/redirect/2"), limits=LOCAL) == b"arrived"
    with pytest.raises(MediaError, match="more than 3 redirects"):
        media.read(server.url("/redirect/3"), limits=LOCAL)
    with pytest.raises(MediaError, match="more than 3 redirects"):
        media.read(server.url("/loop"), limits=LOCAL)
    assert len(server.seen) == 4 + 4 + 4  # the first request and three redirects, each time


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/missing", "answered 404"),
        ("/empty", "is empty"),
        ("/huge", "larger than 1,000,000 bytes"),
        ("/endless", "larger than 1,000,000 bytes"),
        ("/bomb", "larger than 1,000,000 bytes"),
        ("/half-gzip/hello", "ends before its compressed data does"),
        ("/brotli", "content encoding 'br'"),
        ("/short", "cannot be fetched"),
        ("/to/ftp://example.org/x", "leads to ftp://"),
        ("/to/file:///etc/passwd", "leads to file://"),
        ("/to/http://user:secret@127.0.0.1/", "user name or password"),
        ("/to/http://[::1/", "not a valid URL"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name_and_reason(server, path, words):
    url = server.url(path)
    with pytest.raises(MediaError, match=words) as caught:
        media.read(url, limits=LOCAL)
    assert caught.value.source == media.reading.shown(url)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value).removeprefix(caught.value.source)


def test_gzip_sent_unasked_is_undone(server):
    assert media.read(server.url("/gzip/hello"), limits=LOCAL) == b"hello"


@pytest.mark.parametrize("path", ["/silent", "/drip", "/drip-headers"])
def test_the_whole_request_ends_at_the_deadline_however_slowly_bytes_come(server, path):
    started = time.monotonic()
    with pytest.raises(MediaError, match=r"within 0\.5 s"):
        media.read(server.url(path), limits=MediaLimits(allow_private=True, timeout_s=0.5))
    assert time.monotonic() - started < 1.5


def test_a_lookup_that_hangs_ends_at_the_deadline(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1) or [])
    started = time.monotonic()
    with pytest.raises(MediaError, match=r"within 0\.3 s"):
        media.read("http://example.org/", limits=MediaLimits(timeout_s=0.3))
    assert time.monotonic() - started < 0.9


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "0.0.0.0", "2130706433", "0x7f000001", "127.1", "[::ffff:127.0.0.1]"],
)
def test_this_machine_is_never_asked_under_any_of_its_names(server, host):
    with pytest.raises(MediaError, match="not a public address"):
        media.read(server.url("/body/secret", host))
    assert server.seen == []


def test_a_redirect_into_the_private_network_is_not_followed(server, monkeypatch):
    # 127.0.0.1 plays the public host, 127.0.0.2 a private one: the same server would answer on both.
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1")
    inside = server.url("/body/secret", "127.0.0.2")
    with pytest.raises(MediaError, match=r"127\.0\.0\.2 is not a public address"):
        media.read(server.url(f"/to/{inside}"), limits=MediaLimits())
    assert [path for _, path in server.seen] == [f"/to/{inside}"]


def test_a_name_that_resolves_elsewhere_the_second_time_gains_nothing(server, monkeypatch):
    asked = []
    lookup = socket.getaddrinfo

    def rebinding(host, port, *arguments, **options):
        if host == "shop.test":
            asked.append(host)
            host = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return lookup(host, port, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1")
    assert media.read(server.url("/body/hello", "shop.test")) == b"hello"
    assert asked == ["shop.test"]
    assert server.seen[0][0].startswith("shop.test:")


def test_a_name_with_one_private_address_among_public_ones_is_refused(server, monkeypatch):
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    with pytest.raises(MediaError, match=r"shop\.test \(10\.0\.0\.1\) is not a public address"):
        media.read("http://shop.test/x")


@pytest.mark.parametrize("deaf", [False, True])
def test_the_next_address_is_tried_when_one_refuses_or_never_answers(deaf, monkeypatch):
    lookup = socket.getaddrinfo

    def two(host, port, *arguments, **options):
        hosts = ("127.0.0.4", "127.0.0.1") if host == "shop.test" else (host,)
        return [row for each in hosts for row in lookup(each, port, *arguments, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = listener.getsockname()[1]
        if deaf:  # a listener whose queue is full swallows connections without a word
            full = stack.enter_context(socket.create_server(("127.0.0.4", port), backlog=0))
            for _ in range(3):
                queued = stack.enter_context(socket.socket())
                queued.setblocking(False)
                queued.connect_ex(full.getsockname())
        thread = threading.Thread(target=answer_once, args=(listener,))
        thread.start()
        limits = MediaLimits(allow_private=True, timeout_s=1)
        assert media.read(f"http://shop.test:{port}/", limits=limits) == b"ok"
        thread.join()


def answer_once(listener):
    connection, _ = listener.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


@given(st.text(max_size=40))
def test_no_url_however_written_gives_anything_but_the_media_error(tail):
    for url in (f"http://127.0.0.1/{tail}", f"http://127.0.0.1:{tail}", f"http://{tail.replace('.', '')}.invalid/"):
        with pytest.raises(MediaError):
            media.read(url, limits=MediaLimits(timeout_s=2))


def test_proxies_of_the_environment_are_not_used(server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert media.read(server.url("/body/direct"), limits=LOCAL) == b"direct"


def test_credentials_in_a_url_are_refused_and_not_repeated():
    with pytest.raises(MediaError) as caught:
        media.read("https://anna:geheim@example.org/a.jpg?token=abc")
    assert str(caught.value).startswith("https://example.org/a.jpg?…: ")
    assert "geheim" not in str(caught.value)
    assert "abc" not in str(caught.value)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_the_certificate_is_checked_against_the_name_in_the_url(server, tmp_path, monkeypatch):
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    fetching._tls.cache_clear()
    try:
        secure = server.url("/body/hello", "localhost").replace("http:", "https:")
        assert media.read(secure, limits=LOCAL) == b"hello"
        with pytest.raises(MediaError, match=r"cannot be fetched.*certificate"):
            media.read(secure.replace("localhost", "127.0.0.1"), limits=LOCAL)
    finally:
        fetching._tls.cache_clear()


# IANA's registries of special-purpose addresses, and multicast: written out, so that they check the code's own rules.
SPECIAL = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4"),
    *("240.0.0.0/4", "168.63.129.16/32", "::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001:db8::/32"),
    *("fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
]


@given(st.sampled_from(SPECIAL), st.data())
def test_no_special_purpose_address_counts_as_public(block, data):
    network = ipaddress.ip_network(block)
    offset = data.draw(st.integers(0, min(network.num_addresses - 1, 2**100)))
    assert not fetching.is_public(str(network[offset]))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_written_inside_ipv6_counts_as_itself(address):
    number = int(address)
    inside = [
        (0xFFFF << 32) | number,
        (0x2002 << 112) | (number << 80),
        int(ipaddress.ip_address("64:ff9b::")) | number,
    ]
    for written in map(ipaddress.IPv6Address, inside):
        assert fetching.is_public(str(written)) == fetching.is_public(str(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_ordinary_addresses_are_public(address):
    assert fetching.is_public(address)
