"""Synonyms and stop words: listed, added, removed; and their logs, with undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from fastapi import Response

from wares.encoders.tokens import STOP_WORDS
from wares.errors import QueryError, WaresError
from wares.merchandising import Desk
from wares.query import synonym_files
from wares.query.stop_words import StopWord
from wares.query.synonyms import Synonym
from wares.server.console.forms import Form, Posted, done
from wares.server.console.here import Asked, Here
from wares.server.console.here import router as console_router
from wares.server.console.pages.audit import entries
from wares.server.console.pages.desks import desk_of, undo
from wares.server.console.pages.rules import LOG
from wares.server.console.rendering import page
from wares.server.errors import message_of

router = console_router()

#: Synonyms on one page.
MOST = 500
LANGUAGES = ("en", "zh")


class Shown(NamedTuple):
    """The first synonyms, of how many; those that say what was looked for come alone."""

    synonyms: tuple[Synonym, ...]
    total: int
    wanted: str


def shown(desk: Desk, wanted: str = "") -> Shown:
    """The synonyms in which a text occurs."""
    own = wanted.strip().casefold()
    found = [one for one in desk.synonyms.all() if own in one.line.casefold()]
    return Shown(tuple(found[:MOST]), len(found), wanted.strip())


def added(desk: Desk, form: Form) -> list[str]:
    """Keep the synonyms of a text; the names of what is new."""
    language = _language(form, optional=True)
    placed = synonym_files.from_text(form.one("text"), "line", language)
    if not placed:
        raise QueryError("write a line of synonyms: sofa, couch – or one way: sneaker => trainer")
    return desk.put_synonyms(placed)


@router.get("/synonyms")
def synonyms(here: Asked, q: str = "", text: str = "") -> Response:
    """The list; ``text`` is written into the form."""
    return _synonyms(here, q[:100], text[:200])


@router.post("/synonyms/add")
def add(here: Asked, form: Posted) -> Response:
    """Add synonyms."""

    def change(desk: Desk) -> str:
        return here.t("Kept: {name}", name=", ".join(added(desk, form)) or form.one("text"))

    return _change(here, "/synonyms", change, lambda wrong: _synonyms(here, "", form.one("text"), wrong))


@router.post("/synonyms/remove")
def remove(here: Asked, form: Posted) -> Response:
    """Remove a synonym."""

    def change(desk: Desk) -> str:
        desk.synonyms.remove([form.one("name")])
        return here.t("Removed: {name}", name=form.one("name"))

    return _change(here, "/synonyms", change, lambda wrong: _synonyms(here, "", "", wrong))


@router.post("/synonyms/undo")
def undo_synonyms(here: Asked, form: Posted) -> Response:
    """Undo a change."""
    change = _undoing(here, "synonyms", form)
    return _change(here, "/synonyms", change, lambda wrong: _synonyms(here, "", "", wrong))


@router.get("/stop-words")
def stop_words(here: Asked) -> Response:
    """The list."""
    return _stop_words(here)


@router.post("/stop-words/add")
def add_stop_word(here: Asked, form: Posted) -> Response:
    """Add a stop word, or keep one from being one."""

    def change(desk: Desk) -> str:
        word = StopWord(form.one("word"), _language(form) or "en", form.one("kept") == "1")
        desk.put_stop_words([word])
        return here.t("Kept: {name}", name=word.word)

    return _change(here, "/stop-words", change, lambda wrong: _stop_words(here, wrong, form))


@router.post("/stop-words/remove")
def remove_stop_word(here: Asked, form: Posted) -> Response:
    """Remove what the shop says of a word."""

    def change(desk: Desk) -> str:
        desk.stop_words.remove([form.one("name")])
        return here.t("Removed: {name}", name=form.one("name"))

    return _change(here, "/stop-words", change, lambda wrong: _stop_words(here, wrong))


@router.post("/stop-words/undo")
def undo_stop_word(here: Asked, form: Posted) -> Response:
    """Undo a change."""
    change = _undoing(here, "stop words", form)
    return _change(here, "/stop-words", change, lambda wrong: _stop_words(here, wrong))


def _undoing(here: Here, kind: str, form: Form) -> Callable[[Desk], str]:
    def change(desk: Desk) -> str:
        undo(desk, kind, int(form.number("number", "the number of a change", 0)))
        return here.t("Undone.")

    return change


def _change(here: Here, path: str, change: Callable[[Desk], str], again: Callable[[str], Response]) -> Response:
    try:
        with desk_of(here) as desk:
            told = change(desk)
    except WaresError as wrong:
        return again(message_of(wrong))
    return done(here, path, told)


def _synonyms(here: Here, wanted: str, text: str, trouble: str = "") -> Response:
    with desk_of(here) as desk:
        view = shown(desk, wanted)
    log = entries(here.serving.store, "synonyms", limit=LOG)
    return _page(here, "synonyms.html", trouble, view=view, text=text, log_entries=log)


def _stop_words(here: Here, trouble: str = "", form: Form | None = None) -> Response:
    with desk_of(here) as desk:
        own = desk.stop_words.all()
    log = entries(here.serving.store, "stop words", limit=LOG)
    said = form.one("word") if form else ""
    return _page(
        here, "stop_words.html", trouble, own=own, shipped=sorted(STOP_WORDS), said_word=said, log_entries=log
    )


def _page(here: Here, template: str, trouble: str, **view: Any) -> Response:
    return page(here, template, status_code=400 if trouble else 200, trouble_told=trouble, most=MOST, **view)


def _language(form: Form, *, optional: bool = False) -> Any:
    text = form.one("language")
    if text in LANGUAGES or (optional and not text):
        return text or None
    raise QueryError(f"the language is en or zh, not {text[:20]!r}")
