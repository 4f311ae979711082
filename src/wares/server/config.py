"""How a server was started: what its command line said, as one value."""

from __future__ import annotations

import ipaddress
import re
from typing import Literal

import msgspec

from wares.errors import SetupError

_NAME = r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?|\[[0-9a-f:.]+\]"
_ORIGIN = re.compile(rf"https?://(?:{_NAME})(?::\d{{1,5}})?")
_HOST = re.compile(rf"\*|(?:\*\.)?(?:{_NAME})")


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on what one request may cost.

    ``body`` and ``upload`` are bytes of a request and of one that brings products or feeds; ``pixels`` those of a
    picture that is asked about; ``receive_s`` is how long a request may take to come in, ``answer_s`` to be answered;
    ``at_once`` how many are answered at the same time, others are told to wait.
    """

    body: int = 20_000_000
    upload: int = 200_000_000
    pixels: int = 40_000_000
    receive_s: float = 30.0
    answer_s: float = 60.0
    at_once: int = 256


class ServerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """``keys``: whether a key is asked for; never off beyond loopback. ``visitors`` names the key whose rights those
    have that bring none, "" for nobody. ``origins`` are the sites whose pages may call the API (CORS); ``hosts`` the
    names by which the server is called ("*": any). ``behind_proxy`` are the addresses and networks ("*": all) of
    proxies that are believed when they say who calls, and whether over https. ``cache`` is how many answers a worker
    keeps (0: none), ``searches`` how many questions it works out at the same time. ``log_questions`` puts the words
    of questions into the log.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    keys: bool = False
    visitors: str = ""
    origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    behind_proxy: tuple[str, ...] = ()
    storefront: bool = True
    console: bool = True
    cache: int = 2_000
    searches: int = 2
    log: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_questions: bool = False
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65_535:
            raise SetupError(f"a port lies in 0 … 65535, not {self.port}")
        if not 1 <= self.workers <= 64:
            raise SetupError(f"the number of workers lies in 1 … 64, not {self.workers}")
        if self.cache < 0 or self.searches < 1:
            raise SetupError("a cache holds 0 answers or more, and 1 question or more is worked out at a time")
        if not self.keys and not is_loopback(self.host):
            raise SetupError(f"{self.host} can be reached from elsewhere, so callers need keys: serve with --keys")
        if not self.keys and (self.visitors or self.behind_proxy):
            raise SetupError("behind a proxy, and where visitors are told from others, callers need keys: add --keys")
        for origin in self.origins:
            if not _ORIGIN.fullmatch(origin):
                raise SetupError(f"an origin is https://NAME or https://NAME:PORT and no more, not {origin!r}")
        for name in self.hosts:
            if not _HOST.fullmatch(name):
                raise SetupError(f"a host name is NAME, *.NAME or *, without a port, not {name!r}")

    @property
    def known_hosts(self) -> tuple[str, ...]:
        """The names by which callers may call the server. Without keys only this machine's own, unless others are
        given: a page elsewhere whose name was made to mean 127.0.0.1 (DNS rebinding) must not get in."""
        if self.keys and not self.hosts:
            return ("*",)
        return ("localhost", "127.0.0.1", "[::1]", *self.hosts)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host name or address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
