"""Fetch a URL that a stranger wrote, without lending them the machine's place in the network.

A feed names the URLs, so the shop must not be usable to reach what only it can reach (server-side request forgery,
OWASP A10:2021). Every connection, the first and each redirect, goes through :class:`_Gate`: it looks the host up
once, requires that *every* address is public, and connects to one of those very addresses, so that a second lookup
cannot give another answer (DNS rebinding). The URL is not rewritten: the Host header and the name that TLS checks
stay those of the URL.

Proxies named in the environment are never used, because a proxy would look the host up itself, past the gate.
One deadline covers the whole request: lookup, every connection, every byte, every redirect.
"""

from __future__ import annotations

import functools
import ipaddress
import queue
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore
import httpx

from wares.errors import MediaError
from wares.media.reading import shown
from wares.settings import MediaLimits

_HEADERS = ((b"Accept", b"*/*"), (b"Accept-Encoding", b"identity"), (b"User-Agent", b"wares"))
_REDIRECTS = (301, 302, 303, 307, 308)

# Not public, though the tables of the ipaddress module (or of older Python versions) say otherwise.
_ALSO_PRIVATE = tuple(
    ipaddress.ip_network(block)
    for block in (
        "168.63.129.16/32",  # Azure's platform address, reachable from every virtual machine there
        "192.0.0.0/24",  # IETF protocol assignments; Oracle Cloud's metadata lives there
        "64:ff9b:1::/48",  # local-use NAT64 (RFC 8215)
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in the last 32 bits


class _Refused(Exception):
    """A rule of ours says no; the text is what the user reads."""


def fetch(url: str, limits: MediaLimits) -> bytes:
    """The body of ``url``. Raises :class:`MediaError` that says what was wrong and where."""
    gate = _Gate(limits)
    try:
        with httpcore.ConnectionPool(ssl_context=_tls(), network_backend=gate) as pool:
            return _follow(pool, url, limits, gate)
    except _Refused as refused:
        raise MediaError(str(refused), source=shown(url)) from None
    except httpcore.TimeoutException:
        raise MediaError(f"not there within {limits.timeout_s:g} s (media.timeout_s)", source=shown(url)) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise MediaError(f"cannot be fetched: {_one_line(error)}", source=shown(url)) from error


def _follow(pool: httpcore.ConnectionPool, url: str, limits: MediaLimits, gate: _Gate) -> bytes:
    here = _parsed(url)
    for _ in range(limits.max_redirects + 1):
        headers = [(b"Host", here.netloc), *_HEADERS]
        with pool.stream("GET", str(here), headers=headers, extensions={"timeout": gate.timeouts()}) as response:
            found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            if response.status in _REDIRECTS and "location" in found:
                here = _parsed(found["location"], here)
                continue
            if response.status != 200:
                raise _Refused(f"the server answered {response.status} to {shown(str(here))}")
            return _body(response.iter_stream(), found, limits.max_bytes)
    raise _Refused(f"more than {limits.max_redirects} redirects (media.max_redirects)")


def _parsed(url: str, base: httpx.URL | None = None) -> httpx.URL:
    try:
        parsed = httpx.URL(url) if base is None else base.join(url)
        host = parsed.raw_host
    except (httpx.InvalidURL, UnicodeError) as error:
        raise _Refused(f"is not a valid URL: {_one_line(error)}") from error
    if parsed.scheme not in ("http", "https"):
        raise _Refused(f"leads to {parsed.scheme or 'no'}://, but only http and https are fetched")
    if parsed.userinfo:
        raise _Refused("holds a user name or password; publish the media without one, or download them first")
    if not host:
        raise _Refused("names no host")
    return parsed.copy_with(fragment=None)


def _body(chunks: Iterable[bytes], headers: dict[str, str], max_bytes: int) -> bytes:
    declared = headers.get("content-length", "")
    too_large = _Refused(f"is larger than {max_bytes:,} bytes (media.max_bytes)")
    if declared.isdigit() and int(declared) > max_bytes:
        raise too_large
    body = bytearray()
    for chunk in _decoded(chunks, headers.get("content-encoding", "identity").lower(), max_bytes):
        body += chunk
        if len(body) > max_bytes:
            raise too_large
    return bytes(body)


def _decoded(chunks: Iterable[bytes], encoding: str, max_bytes: int) -> Iterator[bytes]:
    """Undo gzip or deflate, which some servers send unasked, in pieces no longer than the limit."""
    if encoding in ("", "identity"):
        yield from chunks
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise _Refused(f"is sent in content encoding {encoding!r}, though none was asked for")
    inflate = zlib.decompressobj(wbits=47)  # 32 + 15: gzip or zlib, by its header
    try:
        for chunk in chunks:
            yield inflate.decompress(chunk, max_bytes + 1)
        yield inflate.flush()
    except zlib.error as error:
        raise _Refused(f"is damaged: {error}") from error
    if not inflate.eof:
        raise _Refused("ends before its compressed data does")


class _Gate(httpcore.NetworkBackend):
    """Opens connections to checked addresses only, and ends every operation at one deadline."""

    def __init__(self, limits: MediaLimits) -> None:
        self._limits = limits
        self._deadline = time.monotonic() + limits.timeout_s
        self._backend = httpcore.SyncBackend()

    def left(self) -> float:
        """Seconds until the deadline. Raises httpcore's timeout when there are none."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("deadline")
        return left

    def timeouts(self) -> dict[str, float]:
        return dict.fromkeys(("connect", "read", "write", "pool"), self.left())

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        addresses = _lookup(host, port, self.left())
        if not self._limits.allow_private:
            for address in addresses:
                if not is_public(address):
                    which = host if host == address else f"{host} ({address})"
                    raise _Refused(f"{which} is not a public address; set media.allow_private to fetch it")
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for place, address in enumerate(addresses):
            share = self.left() / (len(addresses) - place)  # an address that never answers leaves time for the next
            try:
                inner = self._backend.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(inner, self)
        raise failure


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait ends at the gate's deadline: a server that drips bytes cannot hold it open."""

    def __init__(self, inner: httpcore.NetworkStream, gate: _Gate) -> None:
        self._inner = inner
        self._gate = gate

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._gate.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._gate.left())

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._gate.left()), self._gate)

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _lookup(host: str, port: int, seconds: float) -> list[str]:
    """Every address of a host. getaddrinfo knows no timeout, so it runs in a thread that may be left behind."""
    answer: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.put(list(dict.fromkeys(str(row[4][0]) for row in rows)))
        except (OSError, UnicodeError) as error:
            answer.put(error)

    threading.Thread(target=ask, daemon=True, name="wares-lookup").start()
    try:
        found = answer.get(timeout=seconds)
    except queue.Empty:
        raise httpcore.ConnectTimeout("lookup") from None
    if isinstance(found, Exception):
        raise _Refused(f"the host {host} is not known: {_one_line(found)}") from found
    return found


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, looking through the ways of writing IPv4 inside IPv6."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.teredo or ip.is_site_local:
            return False
    if any(ip.version == block.version and ip in block for block in _ALSO_PRIVATE):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


@functools.cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
