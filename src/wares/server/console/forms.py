"""Forms that are posted: bounded, and answered by a redirect that tells what was done.

That they come from pages of this server is seen to before (:mod:`wares.server.middleware.sites`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse

from wares.errors import QueryError
from wares.server.console.here import Here
from wares.server.errors import TooLarge

#: Fields and files of a form, and bytes of a file.
MOST_FIELDS = 200
MOST_FILES = 2
MOST_BYTES = 5_000_000


class Form(NamedTuple):
    """What was posted: texts by name (with several, all of them), and files."""

    texts: Mapping[str, tuple[str, ...]]
    files: Mapping[str, bytes]

    def one(self, name: str, default: str = "") -> str:
        """A text without the space around it; the last of several."""
        found = self.texts.get(name, ())
        return found[-1].replace("\r\n", "\n").strip() if found else default

    def all(self, name: str) -> tuple[str, ...]:
        """All texts of a name."""
        return self.texts.get(name, ())

    def lines(self, name: str) -> list[str]:
        """The lines of a text that say something."""
        return [line.strip() for line in self.one(name).split("\n") if line.strip()]

    def number(self, name: str, what: str, default: float) -> float:
        """A number. :class:`QueryError` for what is none."""
        text = self.one(name)
        try:
            return float(text) if text else default
        except ValueError:
            raise QueryError(f"{what} is a number, not {text[:40]!r}") from None


async def _posted(request: Request) -> Form:
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=MOST_BYTES) as form:
        texts: dict[str, tuple[str, ...]] = {}
        files: dict[str, bytes] = {}
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = await _read(value)
            else:
                texts[name] = (*texts.get(name, ()), value)
    return Form(texts, files)


#: The dependency of every route that changes something.
Posted = Annotated[Form, Depends(_posted)]


def done(here: Here, path: str, text: str, **query: str) -> RedirectResponse:
    """What was done, told on the page that comes next."""
    return RedirectResponse(here.told(path, text, **query), 303)


async def _read(file: UploadFile) -> bytes:
    data = await file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise TooLarge(f"a file has at most {MOST_BYTES:,} bytes")
    return data
