"""Download a large file by HTTP, continuing where an earlier try stopped (RFC 9110, section 14: range requests)."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from wares.models.sources import SourceFailed, Tell

_TIMEOUT = httpx.Timeout(30.0)


def download(url: str, part: Path, size: int, tell: Tell) -> None:
    """Write ``url`` to ``part``, at most ``size`` bytes; ``part`` is kept when it fails, for the next try.

    Unlike media, models come from addresses that the operator or a model card names, so redirects are followed and
    proxies of the environment are used. Raises :class:`~wares.models.sources.SourceFailed`.
    """
    start = part.stat().st_size if part.exists() else 0
    if start >= size:  # a leftover that is complete or too long: its checksum will tell
        return
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
    try:
        with httpx.stream("GET", url, headers=headers, timeout=_TIMEOUT, follow_redirects=True) as response:
            if response.status_code not in (200, 206):
                raise SourceFailed(f"the server answered {response.status_code}")
            _write(response, part, start if _continues(response, start) else 0, size, tell)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceFailed(" ".join(str(error).split()) or type(error).__name__) from error


def _continues(response: httpx.Response, start: int) -> bool:
    """Whether the answer begins at ``start``: a server may ignore the range and send everything (200)."""
    if response.status_code != 206:
        return False
    given = re.match(r"bytes (\d+)-", response.headers.get("content-range", ""))
    if given is None or int(given[1]) != start:
        raise SourceFailed("the server answered with another range than the one asked for")
    return True


def _write(response: httpx.Response, part: Path, start: int, size: int, tell: Tell) -> None:
    done, told = start, start * 10 // size
    with part.open("ab" if start else "wb") as file:
        for piece in response.iter_bytes():
            done += len(piece)
            if done > size:
                raise SourceFailed(f"the server sends more than the {size:,} bytes of the file")
            file.write(piece)
            if done * 10 // size > told:
                told = done * 10 // size
                tell(f"{done / 1e6:.0f} of {size / 1e6:.0f} MB")
    if done < size:
        raise SourceFailed(f"the connection ended after {done:,} of {size:,} bytes; the next try continues there")
