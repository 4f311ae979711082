"""The templates, filled; the policy that browsers keep; and how figures are read."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import jinja2
from starlette.responses import HTMLResponse

from wares.server.console.here import PREFIX, Here
from wares.server.console.nav import SECTIONS
from wares.server.console.wording import LANGUAGES
from wares.server.errors import without_paths
from wares.server.middleware.headers import CSP
from wares.server.pages.rendering import LANGUAGE

_FOLDER = Path(__file__).parent
NOTHING = "–"
#: What browsers are told of a page that shows a report in a frame.
FRAMING = f"{CSP}; frame-src 'self'"


def page(here: Here, template: str, *, status_code: int = 200, framing: bool = False, **view: Any) -> HTMLResponse:
    """A page of the console."""
    found = environment().get_template(template)
    text = found.render(here=here, t=here.t, said=here.said(), languages=LANGUAGES, sections=SECTIONS, **view)
    headers = {"Content-Security-Policy": FRAMING if framing else CSP, "Content-Language": here.t.tag}
    answer = HTMLResponse(text.encode("utf-8", "replace"), status_code, headers)
    if here.request.query_params.get("lang") in LANGUAGES:
        answer.set_cookie(LANGUAGE, here.t.language, max_age=31_536_000, samesite="lax", httponly=True, path="/")
    return answer


@lru_cache
def environment() -> jinja2.Environment:
    """Everything is escaped, and a name that is not there is an error and no empty string."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    made.globals.update(prefix=PREFIX, static=static, zip=zip, NOTHING=NOTHING)
    return made


@lru_cache
def static(name: str) -> str:
    """The address of a file beside the pages, another one when the file is."""
    content = (_FOLDER / "static" / name).read_bytes()
    return f"{PREFIX}/static/{name}?v={blake2b(content, digest_size=6).hexdigest()}"


# -- figures ----------------------------------------------------------------------------------------------------


def number(value: float | None, digits: int = 0) -> str:
    """12345 → "12,345"; a dash for what is no number."""
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"{value:,.{digits}f}"


def size(value: float) -> str:
    """Bytes as people read them: "71.8 MB"."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if abs(value) < 1000 or unit == "GB":
            break
        value /= 1000
    return f"{value:,.0f} {unit}" if unit == "bytes" or value >= 100 else f"{value:,.1f} {unit}"


def percent(value: float | None) -> str:
    """A share as a percentage; what is neither none nor all rounds to neither."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if 0 < value < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < value < 1 else f"{value:.0%}".replace("%", " %")


def milliseconds(value: float | None) -> str:
    """Two digits below ten, whole ones above."""
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"{value:,.{1 if value < 10 else 0}f} ms"


def moment(value: str | datetime | float | None) -> str:
    """A moment in UTC, to the minute: "2026-03-01 14:05"."""
    if value in (None, "", 0):
        return NOTHING
    if isinstance(value, (int, float)):
        value = datetime.fromtimestamp(value, UTC)
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    assert isinstance(read, datetime)
    return f"{read.astimezone(UTC):%Y-%m-%d %H:%M}"


def clip(text: str, most: int = 80) -> str:
    """At most so many characters, on one line."""
    line = " ".join(str(text).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def plainly(value: Any) -> str:
    """A setting as TOML has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(plainly, value)) or NOTHING
    return NOTHING if value is None or value == "" else str(value)


FILTERS: dict[str, Callable[..., str]] = {
    "number": number,
    "size": size,
    "percent": percent,
    "ms": milliseconds,
    "moment": moment,
    "clip": clip,
    "pathless": without_paths,
    "plainly": plainly,
}
