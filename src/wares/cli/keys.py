"""``wares keys``: who may ask a served shop, for what, and how often."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from wares.cli.options import AsJson, ShopFolder
from wares.cli.output import plain, print_json, stderr, stdout
from wares.cli.rules import By, Limit, print_log

if TYPE_CHECKING:
    from wares.access import Key, Keyring
    from wares.shop import Shop

app = typer.Typer(rich_markup_mode=None, invoke_without_command=True)

Name: TypeAlias = Annotated[str, typer.Argument(metavar="NAME", help="The key's name, or its id.")]

#: Letters of spans of time, and how many hours each is.
HOURS = {"h": 1, "d": 24, "w": 24 * 7}


@app.callback()
def keys(context: typer.Context, shop: ShopFolder) -> None:
    """API keys of a shop that is served. Without a verb they are listed.

    \b
    Examples:
      wares keys my-shop add storefront --scope search
      wares keys my-shop add acme --scope search --where 'brand = "Acme"' --per-minute 60 --expires 90d
      wares keys my-shop rotate storefront --grace 24h
      wares keys my-shop revoke storefront
    """
    context.obj = shop
    if context.invoked_subcommand is None:
        show_all(context)


@app.command("list")
def show_all(context: typer.Context, as_json: AsJson = False) -> None:
    """List the keys, without their secrets; those that are no longer good too."""
    from wares.cli.sheets import table

    with keyring_of(context) as (_, keyring):
        found = keyring.list()
    if as_json:
        print_json({"keys": [_row(key) for key in found]})
    elif found:
        headings = ("key", "id", "may", "sees", "a minute", "", "last used (UTC)")
        stdout().print(table(headings, [_cells(key) for key in found]))
    else:
        stdout().print(f"no keys; make one: wares keys {context.obj} add NAME", style="dim", soft_wrap=True)


@app.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it.")],
    scopes: Annotated[
        list[str] | None,
        typer.Option("--scope", metavar="SCOPE", help="search, write (and search) or admin (all); search if none."),
    ] = None,
    where: Annotated[
        str, typer.Option("--where", metavar="FILTER", help="It sees products that pass, no others.")
    ] = "",
    per_minute: Annotated[
        int | None,
        typer.Option("--per-minute", metavar="NUMBER", min=0, help="Calls let through (search: 600); 0: no limit."),
    ] = None,
    expires: Annotated[str, typer.Option("--expires", metavar="SPAN", help="12h, 90d, 52w, or a date in UTC.")] = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Make a key and print its token, which is shown this once.

    \b
    Example:
      wares keys my-shop add storefront --scope search --expires 90d --by anna
    """
    until = _until(expires)
    with keyring_of(context) as (shop, keyring):
        _check_fields(shop, where)
        key, token = keyring.create(
            name, scopes or ["search"], where=where, per_minute=per_minute, expires=until, by=by or _user()
        )
    _print_token(key, token, as_json)


@app.command()
def rotate(
    context: typer.Context,
    name: Name,
    grace: Annotated[
        str, typer.Option("--grace", metavar="SPAN", help="How long the old token holds: 1h, 7d (not at all).")
    ] = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Give a key a new token and print it."""
    span = _span(grace, "--grace") if grace else timedelta(0)
    with keyring_of(context) as (_, keyring):
        token = keyring.rotate(name, span, by=by or _user())
        key = keyring.get(name)
    _print_token(key, token, as_json)


@app.command()
def revoke(context: typer.Context, name: Name, by: By = "", as_json: AsJson = False) -> None:
    """Take a key back: a server refuses it within a second."""
    with keyring_of(context) as (_, keyring):
        key = keyring.revoke(name, by=by or _user())
    if as_json:
        print_json({"key": _row(key)})
    else:
        stdout().print(f"{plain(key.name)} ({key.id}) revoked", soft_wrap=True)


@app.command()
def log(context: typer.Context, limit: Limit = 20, as_json: AsJson = False) -> None:
    """Tell who made and changed which keys, and when, the latest first."""
    with keyring_of(context) as (_, keyring):
        found = keyring.log(limit)
    print_log(found, as_json)


# -- inside -----------------------------------------------------------------------------------------------------


@contextmanager
def keyring_of(context: typer.Context) -> Iterator[tuple[Shop, Keyring]]:
    """The shop that stands before the verb, and its keys."""
    import wares
    from wares.access import Keyring
    from wares.store.store import Store

    with wares.open(context.obj, create=False) as shop, Store.open(shop.path / "shop.db") as store:
        yield shop, Keyring(store)


def _check_fields(shop: Shop, where: str) -> None:
    """Whether products of the shop have the fields of a filter; an empty shop has none yet."""
    from wares.index.base import FieldSpec
    from wares.query import filters

    info = shop.info()
    if where and info.products:
        fields = {name: FieldSpec(name, kind) for name, kind in info.fields.items()}  # type: ignore[arg-type]
        filters.check(filters.parse(where), fields)


def _user() -> str:
    from wares.merchandising.desk import user

    return user()


def _until(text: str) -> datetime | None:
    """A date, or a span from now on."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.now(UTC).replace(microsecond=0) + _span(text, "--expires")
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _span(text: str, option: str) -> timedelta:
    read = re.fullmatch(r"(\d{1,5})([hdw])", text.strip())
    if not read:
        raise typer.BadParameter(f"{text!r} is no span of time: 12h, 90d or 52w", param_hint=f"'{option}'")
    return timedelta(hours=int(read[1]) * HOURS[read[2]])


def _print_token(key: Key, token: str, as_json: bool) -> None:
    if as_json:
        print_json({"key": _row(key), "token": token})
        return
    stdout().print(token, soft_wrap=True)
    stderr().print("shown this once; keep it where only its user can read it", style="dim")


def _row(key: Key) -> dict[str, Any]:
    import msgspec

    return {**msgspec.structs.asdict(key), "state": key.state(datetime.now(UTC))}


def _cells(key: Key) -> tuple[str, ...]:
    state = key.state(datetime.now(UTC))
    until = f"until {key.expires:%Y-%m-%d}" if key.expires and state == "live" else ""
    used = f"{key.last_used:%Y-%m-%d %H:%M}" if key.last_used else ""
    limit = f"{key.per_minute:,}" if key.per_minute else ""
    return (
        key.name,
        key.id,
        ", ".join(key.scopes),
        key.where,
        limit,
        until or ("" if state == "live" else state),
        used,
    )
