"""The settings in force: each with its value, what is shipped, and what a change of it costs; and changing them."""

from __future__ import annotations

from typing import Any, NamedTuple

from fastapi import Response

from wares.errors import SetupError, WaresError
from wares.merchandising import files
from wares.server import auditing
from wares.server.console.forms import Posted, done
from wares.server.console.here import Asked, Here
from wares.server.console.here import router as console_router
from wares.server.console.rendering import page
from wares.server.errors import message_of
from wares.settings import BUILT_IN, Settings, built_in_changes, overlaid
from wares.settings_file import Changed, changes, difference, flat, in_force, lean, toml
from wares.shop import Shop

router = console_router()

_SOURCE = "the form"


class Setting(NamedTuple):
    """A setting by its full name. ``own``: the shop keeps another value than is shipped; ``rebuild``: a change of it
    needs a new index; ``fixed``: it cannot be changed."""

    name: str
    value: Any
    shipped: Any
    own: bool
    rebuild: bool
    fixed: bool


class Inforce(NamedTuple):
    """All settings by their tables, and those of the shop's own as TOML."""

    tables: tuple[tuple[str, tuple[Setting, ...]], ...]
    own: str
    outdated: tuple[str, ...]


class Proposal(NamedTuple):
    """Settings that are to be: what would change, and which of it needs a new index."""

    settings: Settings
    changes: tuple[Changed, ...]
    rebuild: tuple[str, ...]


def inforce(shop: Shop) -> Inforce:
    """The settings of a shop."""
    kept, base = shop.settings, Settings(model=shop.settings.model)
    shipped = dict(flat(in_force(base)))
    tables: dict[str, list[Setting]] = {}
    for name, value in flat(in_force(kept)):
        top = name.partition(".")[0]
        table = top if "." in name else ""
        one = Setting(name, value, shipped.get(name), value != shipped.get(name), top in BUILT_IN, top == "model")
        tables.setdefault(table, []).append(one)
    own = difference(kept, base, [name for name in kept.__struct_fields__ if name != "model"])
    found = tuple((table, tuple(rows)) for table, rows in tables.items())
    return Inforce(found, "\n".join(toml(own)).strip(), shop.outdated())


def proposed(shop: Shop, text: str) -> Proposal:
    """The settings that a text of the shop's own ones makes: what it does not say is as shipped.

    :class:`SetupError` when it is no TOML, names what there is not, or the shop could not work by it.
    """
    base = Settings(model=shop.settings.model)
    said = files.from_toml(text, _SOURCE)
    if "model" in said:
        raise SetupError("the model of a shop is chosen when it is made; leave model out")
    after = lean(overlaid(base, said, _SOURCE))
    shop.check_settings(after)
    return Proposal(after, tuple(changes(shop.settings, after)), tuple(built_in_changes(shop.settings, after)))


@router.get("/settings")
def show(here: Asked) -> Response:
    """The page."""
    return _page(here)


@router.post("/settings")
def change(here: Asked, form: Posted) -> Response:
    """Show what a change would be; or, when that was seen, make it."""
    text = form.one("text")
    try:
        found = proposed(here.shop, text)
        if form.one("do") == "apply" and found.changes:
            _apply(here, found)
            told = ", ".join(one.name for one in found.changes[:8])
            return done(here, "/settings", here.t("Changed: {name}", name=told))
    except WaresError as wrong:
        return _page(here, text, trouble=message_of(wrong), status=400)
    return _page(here, text, found)


def _apply(here: Here, found: Proposal) -> None:
    if found.rebuild:
        raise SetupError(
            f"{', '.join(found.rebuild)} is built into the index; change it with: wares settings SHOP --apply FILE"
        )
    here.shop.apply(found.settings)
    auditing.settings(here.serving, here.caller, found.changes)


def _page(
    here: Here, text: str | None = None, found: Proposal | None = None, *, trouble: str = "", status: int = 200
) -> Response:
    view = inforce(here.shop)
    shown = view.own if text is None else text
    return page(here, "settings.html", view=view, text=shown, found=found, trouble_told=trouble, status_code=status)
