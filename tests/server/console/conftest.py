"""A client that posts forms as a browser does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

Post = Callable[..., httpx.Response]


@pytest.fixture
def shop(served) -> httpx.Client:
    """A client of a shop of one's own."""
    return served()


@pytest.fixture
def post(shop: httpx.Client) -> Post:
    """Posts a form to a page of the console and shows what comes then."""

    def send(path: str, files: Any = None, **fields: Any) -> httpx.Response:
        return shop.post(f"/console{path}", data=fields, files=files, follow_redirects=True)

    return send


@pytest.fixture
def said() -> Callable[[httpx.Response], str]:
    """What the redirect to a page had to tell."""

    def read(answer: httpx.Response) -> str:
        return parse_qs(urlsplit(str(answer.url)).query).get("said", [""])[0]

    return read


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], bool]:
    """Whether something comes to hold: those who search notice within a second what merchants say."""

    def wait(holds: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + 10
        while not holds():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    return wait
