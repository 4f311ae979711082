"""How a server was started: what its command line said, as one value."""

from __future__ import annotations

import ipaddress

import msgspec

from wares.errors import SetupError


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on what one request may cost.

    ``body`` and ``upload`` are bytes of a request and of one that brings products or feeds; ``pixels`` those of a
    picture that is asked about, ``audio_s`` seconds of a recording; ``receive_s`` is how long a request may take to
    come in, ``answer_s`` to be answered; ``at_once`` how many are answered at the same time, others are told to wait.
    """

    body: int = 20_000_000
    upload: int = 200_000_000
    pixels: int = 40_000_000
    audio_s: float = 60.0
    receive_s: float = 30.0
    answer_s: float = 60.0
    at_once: int = 256


class ServerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """``keys``: whether a key is asked for; never off beyond loopback. ``visitors`` names the key whose rights those
    have that bring none, "" for nobody. ``origins`` are the sites whose pages may call the API (CORS); ``hosts`` the
    names by which the server is called ("*": any). ``behind_proxy``: the address of a client is what the proxy says.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    keys: bool = False
    visitors: str = ""
    origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    behind_proxy: bool = False
    storefront: bool = True
    console: bool = True
    cache: int = 2_000
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65_535:
            raise SetupError(f"a port lies in 0 … 65535, not {self.port}")
        if not 1 <= self.workers <= 64:
            raise SetupError(f"the number of workers lies in 1 … 64, not {self.workers}")
        if not self.keys and not is_loopback(self.host):
            raise SetupError(f"{self.host} can be reached from elsewhere, so callers need keys: serve with --keys")

    @property
    def known_hosts(self) -> tuple[str, ...]:
        """The names by which callers may call the server. Without keys only this machine's own: a page elsewhere
        whose name was made to mean 127.0.0.1 (DNS rebinding) must not get in."""
        if self.hosts:
            return self.hosts
        return ("*",) if self.keys else ("localhost", "127.0.0.1", "[::1]", "testserver")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host name or address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
