"""``wares settings``: how a shop works, shown, changed by a file, or put back."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wares.cli.options import AsJson, ShopFolder
from wares.cli.output import print_json, stderr, stdout
from wares.errors import SetupError

if TYPE_CHECKING:
    from wares.settings import Settings
    from wares.settings_file import Changed
    from wares.shop import Shop

#: What was in force before the last change, in the shop's folder, where that was not as shipped.
BEFORE = "settings-before.toml"


def settings(
    shop: ShopFolder,
    apply: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Change what a settings file (TOML) names.")
    ] = None,
    reset: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Put a table or setting back to what is shipped.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Change without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the settings of a shop, or change them: --reset first, then --apply. A change is shown before it is made.

    Fusion and limits work at once. Fields, k1 and b are built into the index, which is then built anew.

    \b
    Examples:
      wares settings my-shop
      wares settings my-shop --apply tuned.toml
      wares settings my-shop --reset fusion --yes
    """
    import wares
    from wares.settings_file import changes

    with wares.open(shop, create=False) as opened:
        if apply is None and not reset:
            _show(opened, as_json)
            return
        before = opened.settings
        after = _changed(before, apply, reset or ())
        opened.check_settings(after)
        found, stale = changes(before, after), opened.outdated()
        if not found and not stale:
            _print_nothing(opened, as_json)
            return
        if not as_json:
            print_changes(found)
        if not yes and not _agreed(_work(before, after, stale), as_json):
            stderr().print("nothing was changed", style="dim")
            return
        _apply(opened, before, after, found, as_json)


def print_changes(found: Sequence[Changed]) -> None:
    """Settings before and after, as a table."""
    from wares.cli.sheets import table

    rows = [(changed.name, _shown(changed.before), _shown(changed.after)) for changed in found]
    stdout().print(table(("setting", "before", "after"), rows))


# -- show -------------------------------------------------------------------------------------------------------


def _show(shop: Shop, as_json: bool) -> None:
    """All settings as TOML that can be applied again; what is the shop's own has a comment."""
    from wares.settings_file import flat, in_force, toml

    own, stale = shop.settings, shop.outdated()
    if as_json:
        print_json(_document(shop))
        return
    shipped = dict(flat(in_force(_shipped(own))))

    def remark(name: str, value: Any) -> str:
        if name not in shipped:
            return "the shop's own"
        return f"shipped: {_shown(shipped[name])}" if value != shipped[name] and name != "model" else ""

    for line in toml(in_force(own), remark):
        stdout().print(line, soft_wrap=True)
    if stale:
        _print_stale(stale, shop.path)


def _document(shop: Shop) -> dict[str, Any]:
    """What ``--json`` prints: all settings, those that are the shop's own, those the index was not built with."""
    from wares.settings_file import difference, in_force

    own = difference(shop.settings, _shipped(shop.settings), shop.settings.__struct_fields__)
    return {"settings": in_force(shop.settings), "own": own, "outdated": list(shop.outdated())}


def _shipped(settings: Settings) -> Settings:
    """What a new shop with the same model would work by."""
    return type(settings)(model=settings.model)


def _print_stale(stale: Sequence[str], folder: Path) -> None:
    text = f"the index was built with other settings ({', '.join(stale)}); build it anew: wares rebuild {folder}"
    stderr().print(text, style="yellow", soft_wrap=True)


# -- change -----------------------------------------------------------------------------------------------------


def _changed(before: Settings, file: Path | None, reset: Sequence[str]) -> Settings:
    """The settings with some of them as shipped, and then with what a file says."""
    import msgspec

    from wares.settings import overlaid
    from wares.settings_file import lean, read_toml

    shipped = _shipped(before)
    names = [name for name in before.__struct_fields__ if name != "model"]
    if unknown := [name for name in reset if name not in names]:
        raise SetupError(f"--reset {unknown[0]}: there is no such setting; known: {', '.join(names)}")
    after = msgspec.structs.replace(before, **{name: getattr(shipped, name) for name in reset})
    if file is not None:
        after = overlaid(after, read_toml(file), str(file))
    return lean(after)


def _work(before: Settings, after: Settings, stale: Sequence[str]) -> str:
    """What the change costs, as a question."""
    from wares.settings import built_in_changes

    due = [*built_in_changes(before, after), *stale]
    return f"Change this, and build the index anew ({', '.join(dict.fromkeys(due))})?" if due else "Change this?"


def _agreed(question: str, as_json: bool) -> bool:
    """Whether whoever sits at the terminal says yes. :class:`SetupError` where nobody can be asked."""
    if as_json or not sys.stdin.isatty():
        raise SetupError("nothing was changed: there is no terminal to ask on; add --yes to change it")
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        return False


def _apply(shop: Shop, before: Settings, after: Settings, found: Sequence[Changed], as_json: bool) -> None:
    from wares.cli.progress import bars

    undo = _undo(shop, before, found)
    with bars(stderr()) as progress:
        version = shop.apply(after, progress=progress)
    if as_json:
        shown = [changed._asdict() for changed in found]
        print_json({**_document(shop), "changes": shown, "rebuilt": version and version.name, "undo": undo})
        return
    built = f"; version {version.name} of the index answers now" if version else ""
    stdout().print(f"changed{built}", soft_wrap=True)
    if undo:
        stdout().print(f"to go back: {undo}", style="dim", soft_wrap=True)


def _undo(shop: Shop, before: Settings, found: Sequence[Changed]) -> str:
    """The command that goes back. What was not as shipped is kept in a file of the shop's folder."""
    from wares.settings_file import difference, write_toml

    names = list(dict.fromkeys(changed.name.partition(".")[0] for changed in found))
    if not names:
        return ""
    command = ["wares", "settings", str(shop.path), *(word for name in names for word in ("--reset", name))]
    kept = difference(before, _shipped(before), names)
    if kept:
        path = shop.path / BEFORE
        write_toml(path, kept, [f"What was in force before the last change of {', '.join(names)}."])
        command += ["--apply", str(path)]
    return shlex.join(command)


def _print_nothing(shop: Shop, as_json: bool) -> None:
    if as_json:
        print_json({**_document(shop), "changes": [], "rebuilt": None, "undo": ""})
    else:
        stdout().print("nothing to change: these settings are in force")


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:,.10g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
