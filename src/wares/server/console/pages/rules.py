"""Rules: listed, switched on and off, removed, tried on a question; and the log, with undo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from fastapi import Response
from starlette.responses import PlainTextResponse

from wares.errors import QueryError, WaresError
from wares.merchandising import Desk, Finding, files, rule_files, telling
from wares.merchandising.preview import Preview, Shown, preview
from wares.ranking.rules import Rule
from wares.records import Part, Query
from wares.server.console.forms import Form, Posted, done
from wares.server.console.here import Asked, Here
from wares.server.console.here import router as console_router
from wares.server.console.pages.audit import entries
from wares.server.console.pages.desks import desk_of, undo
from wares.server.console.rendering import page
from wares.server.errors import message_of

router = console_router()

#: Products on each side of a preview, changes of the log on the page, characters of a question.
SIDE = 12
LOG = 30
MOST_WORDS = 500


class Listed(NamedTuple):
    """A rule, and in words when it fires and what it does."""

    rule: Rule
    when: str
    then: str


class Rules(NamedTuple):
    """The rules of a shop, those that count first in front, and what is wrong with them."""

    rules: tuple[Listed, ...]
    findings: tuple[Finding, ...]


class Side(NamedTuple):
    """A product in a preview, with its picture's address ("" for none)."""

    shown: Shown
    picture: str
    price: str


class Tried(NamedTuple):
    """What rules make of a question: both answers, or why there is none."""

    text: str
    preview: Preview | None = None
    before: tuple[Side, ...] = ()
    after: tuple[Side, ...] = ()
    trouble: str = ""


def listed(desk: Desk) -> Rules:
    """The rules of a shop."""
    found = sorted(desk.rules.all(), key=lambda rule: rule.rank)
    rows = tuple(Listed(rule, telling.when(rule), telling.then(rule)) for rule in found)
    return Rules(rows, tuple(desk.check_rules()))


def tried(here: Here, text: str, rules: Sequence[Rule] | None = None) -> Tried:
    """What rules (the shop's own unless given) make of a question."""
    words = text.strip()[:MOST_WORDS]
    if not words:
        return Tried("")
    try:
        found = preview(here.shop, Query(parts=(Part("text", words),), limit=SIDE), rules)
    except WaresError as wrong:
        return Tried(words, trouble=message_of(wrong))
    return Tried(words, found, _sides(here, found.before), _sides(here, found.after))


def _sides(here: Here, shown: Iterable[Shown]) -> tuple[Side, ...]:
    made = []
    for one in shown:
        try:
            product = here.serving.links.product(here.shop.get(one.id))
        except QueryError:  # removed meanwhile
            continue
        picture = next((str(medium.source) for medium in product.media if medium.modality == "image"), "")
        made.append(Side(one, picture, str(product.price or "")))
    return tuple(made)


def switched(desk: Desk, name: str, on: bool) -> None:
    """Switch a rule on or off."""
    desk.put_rules([msgspec.structs.replace(desk.rules.get(name), enabled=on)])


@router.get("/rules")
def show(here: Asked) -> Response:
    """The list."""
    return _listing(here)


@router.get("/rules/preview")
def try_out(here: Asked, q: str = "") -> Response:
    """A question with the shop's rules and without."""
    return page(here, "preview.html", tried=tried(here, q))


@router.get("/rules/export")
def export(here: Asked) -> Response:
    """All rules as a TOML file."""
    with desk_of(here) as desk:
        text = files.toml(rule_files.to_data(desk.rules.all()))
    headers = {"Content-Disposition": 'attachment; filename="rules.toml"'}
    return PlainTextResponse(text, headers=headers)


@router.post("/rules/switch")
def switch(here: Asked, form: Posted) -> Response:
    """Switch a rule on or off."""
    name, on = form.one("name"), form.one("on") == "1"
    return _changed(here, lambda desk: switched(desk, name, on), f"{name}: {here.t('on') if on else here.t('off')}")


@router.post("/rules/remove")
def remove(here: Asked, form: Posted) -> Response:
    """Remove a rule."""
    name = form.one("name")
    return _changed(here, lambda desk: desk.rules.remove([name]), here.t("Removed: {name}", name=name))


@router.post("/rules/undo")
def undone(here: Asked, form: Posted) -> Response:
    """Undo a change."""
    number = int(form.number("number", "the number of a change", 0))
    return _changed(here, lambda desk: undo(desk, "rule", number), here.t("Undone."))


@router.post("/rules/import")
def bring(here: Asked, form: Posted) -> Response:
    """Keep the rules of a TOML file."""
    return _changed(here, lambda desk: _brought(desk, form), here.t("The rules of the file are kept."))


def _brought(desk: Desk, form: Form) -> None:
    data = form.files.get("file", b"")
    if not data:
        raise QueryError("choose a file of rules (TOML)")
    desk.put_rules(rule_files.from_data(files.from_toml(data, "the file"), "the file"))


def _changed(here: Here, change: object, told: str) -> Response:
    try:
        with desk_of(here) as desk:
            change(desk)  # type: ignore[operator]
    except WaresError as wrong:
        return _listing(here, message_of(wrong), 400)
    return done(here, "/rules", told)


def _listing(here: Here, trouble: str = "", status: int = 200) -> Response:
    with desk_of(here) as desk:
        view = listed(desk)
    log = entries(here.serving.store, "rule", limit=LOG)
    return page(here, "rules.html", view=view, log_entries=log, trouble_told=trouble, status_code=status)
