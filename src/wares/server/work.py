"""Long work, kind by kind: what a job of a server does, what it is told, and who may ask for it.

A new kind is a function, a record of its arguments and a row of :data:`KINDS`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec

from wares import media
from wares.errors import CatalogueError, QueryError, StoreError
from wares.records import Media, Product
from wares.reports import AddReport, BackupReport, ExtractReport, OnProgress, Progress, VersionInfo
from wares.server import apart, studies
from wares.server.errors import NotNow, without_paths

if TYPE_CHECKING:
    from wares.access import Scope
    from wares.server.serving import Serving

Result = TypeVar("Result")

#: Products of a feed that are added in one turn: few enough, for others write between two turns.
TOGETHER = 64
#: Seconds after which a job that found no room among those who write looks again.
_AGAIN_S = 0.1
#: Bad rows, and warnings, that the result of a job tells one by one.
TOLD = 100
#: Seconds in which a feed that is fetched has to be there.
FEED_S = 300.0
_SUFFIXES = re.compile(r"(?:\.[a-z0-9]{1,8}){1,2}$", re.IGNORECASE)


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A job that needs to be told nothing."""


class Fed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a feed is read from. ``url`` is its http(s) address, or ``file`` the name under which an upload was kept.
    ``map`` says which column a field is read from."""

    url: str = ""
    file: str = ""
    map: dict[str, str] = {}


class Index(Fed, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Read a feed into the shop, as ``wares index`` does. ``format`` names the format where it is not recognised;
    ``strict`` stops at the first bad row; ``fit`` learns from the catalogue at the end, if due."""

    format: str = ""
    strict: bool = False
    fit: bool = False


class Indexed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a feed. ``problems`` are the first hundred of ``bad_rows``, ``warnings`` of ``warning_count``;
    ``extract`` is what was read in media, if there were any to read; ``fit`` is the verdict, if one was made."""

    added: int
    changed: int
    unchanged: int
    pictures: int
    warnings: tuple[str, ...]
    warning_count: int
    bad_rows: int
    problems: tuple[str, ...]
    extract: ExtractReport | None = None
    fit: str = ""


class Reviews(Fed, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Read a feed of reviews, as ``wares reviews`` does."""


class Activate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Let a version of the index answer that is kept."""

    version: str


class Fit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Learn how words go with pictures, as ``wares fit`` does; ``force`` switches even if it is no better."""

    force: bool = False
    start: str = "auto"
    seed: int = 20


class Extract(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Read what is in media, as ``wares extract`` does; ``again`` tries once more what could not be read."""

    again: bool = False


class Kind(NamedTuple):
    """One row of :data:`KINDS`. ``run`` returns what the job's ``result`` shall be; ``tell`` ends it, where it has
    come to, when the job is cancelled or the server stops."""

    about: str
    scope: Scope
    arguments: type[msgspec.Struct]
    run: Callable[[Serving, Any, OnProgress], Any]


def _in_turn(served: Serving, write: Callable[[], Result]) -> Result:
    """Do what writes among those who write; where there is no room among them, a little later."""
    while True:
        try:
            return served.writes.turn(write).result()
        except NotNow:
            if served.stopping.wait(_AGAIN_S):
                raise


# -- index --------------------------------------------------------------------------------------------------------


def uploads(shop: Path) -> Path:
    """Where feeds lie until they are read."""
    return shop / "uploads"


def suffixes(name: str) -> str:
    """The endings of a file's name, by which formats are told apart: ".csv.gz"."""
    found = _SUFFIXES.search(name)
    return found[0].lower() if found else ""


def _index(served: Serving, told: Index, tell: OnProgress) -> Indexed:
    import wares

    with _feed(served, told, tell) as path:
        name = media.shown(told.url) if told.url else "the feed"
        catalogue = wares.read(path, format=told.format or None, map=told.map or None, strict=told.strict)
        counts: Counter[str] = Counter()
        warnings: list[str] = []
        batch: list[Product] = []
        try:
            for product in catalogue:
                batch.append(_of_the_net(product, counts, warnings))
                if len(batch) == TOGETHER:
                    _add(served, batch, counts, warnings, tell)
            _add(served, batch, counts, warnings, tell)
        except CatalogueError as broken:
            _add(served, batch, counts, warnings, tell)
            raise CatalogueError(broken.reason, source=name, line=broken.line, column=broken.column) from broken
    seen = counts["added"] + counts["changed"] + counts["unchanged"]
    problems = tuple(
        without_paths(str(CatalogueError(one.reason, source=name, line=one.line, column=one.column)))
        for one in catalogue.problems[:TOLD]
    )
    if not seen:
        raise CatalogueError(f"no product could be read; {problems[0] if problems else 'it is empty'}", source=name)
    if served.shop.rebuild_is_due():
        served.shop.rebuild(tell)
    return Indexed(
        **{name: counts[name] for name in ("added", "changed", "unchanged", "pictures", "warning_count")},
        warnings=tuple(map(without_paths, warnings[:TOLD])),
        bad_rows=catalogue.problem_count,
        problems=problems,
        extract=_extract(served, Extract(), tell) if served.shop.has_media_to_read() else None,
        fit=_fitted(served, tell) if told.fit else "",
    )


def _add(served: Serving, batch: list[Product], counts: Counter[str], warnings: list[str], tell: OnProgress) -> None:
    """Add a batch in its turn, and empty it."""
    products = batch.copy()
    batch.clear()
    report: AddReport = _in_turn(served, lambda: served.shop.add(products, build=False))
    for name in ("added", "changed", "unchanged", "pictures", "warning_count"):
        counts[name] += getattr(report, name)
    warnings += report.warnings[: TOLD - len(warnings)]
    tell(Progress("indexing", counts["added"] + counts["changed"] + counts["unchanged"]))


def _of_the_net(product: Product, counts: Counter[str], warnings: list[str]) -> Product:
    """The product without media that are files of this machine: a feed from elsewhere must not reach them."""

    def ours(items: tuple[Media, ...]) -> tuple[Media, ...]:
        return tuple(one for one in items if str(one.source).lower().startswith(("http://", "https://")))

    media = (product.media, *(variant.media for variant in product.variants))
    if all(len(ours(each)) == len(each) for each in media):
        return product
    counts["warning_count"] += 1
    if len(warnings) < TOLD:
        warnings.append(f"{product.id}: media that are no http(s) addresses were left out")
    variants = tuple(msgspec.structs.replace(each, media=ours(each.media)) for each in product.variants)
    return msgspec.structs.replace(product, media=ours(product.media), variants=variants)


@contextmanager
def _feed(served: Serving, told: Fed, tell: OnProgress) -> Iterator[Path]:
    """The file of a feed; it is removed afterwards."""
    folder = uploads(served.shop.path)
    path = folder / (told.file or f"fetched{suffixes(told.url.partition('?')[0])}")
    try:
        if told.url:
            tell(Progress("fetching", 0))
            limits = msgspec.structs.replace(
                served.shop.settings.media, max_bytes=served.config.limits.upload, timeout_s=FEED_S
            )
            try:
                folder.mkdir(exist_ok=True)
                path.write_bytes(media.read(told.url, limits=limits))
            except OSError as refused:
                raise StoreError(f"cannot keep the feed: {refused.strerror or refused}") from refused
        yield path
    finally:
        path.unlink(missing_ok=True)


def _reviews(served: Serving, told: Reviews, tell: OnProgress) -> Any:
    """What became of a feed of reviews; in a process of its own, for much is counted."""
    with _feed(served, told, tell) as path:
        source = apart.ReviewsAt(str(path), told.map, media.shown(told.url) if told.url else "the feed")
        return apart.run(served.shop.path, "reviews", source, tell)


# -- the others ---------------------------------------------------------------------------------------------------


def _rebuild(served: Serving, told: Nothing, tell: OnProgress) -> VersionInfo:
    return served.shop.rebuild(tell)


def _rollback(served: Serving, told: Nothing, tell: OnProgress) -> VersionInfo:
    return _in_turn(served, served.shop.rollback)


def _activate(served: Serving, told: Activate, tell: OnProgress) -> VersionInfo:
    known = {version.name: version for version in served.shop.info().versions}
    if told.version not in known:
        raise QueryError(f"there is no version {told.version[:80]!r}")
    if known[told.version].live:  # nobody else can open it to publish it again
        return known[told.version]
    return _in_turn(served, lambda: served.shop.publish(told.version))


def _fitted(served: Serving, tell: OnProgress) -> str:
    """The verdict of a fit after indexing."""
    return without_paths(str(apart.run(served.shop.path, "fit if due", Nothing(), tell)))


def _fit(served: Serving, told: Fit, tell: OnProgress) -> Any:
    return apart.run(served.shop.path, "fit", told, tell)


def _extract(served: Serving, told: Extract, tell: OnProgress) -> ExtractReport:
    """What was read in media; in a process of its own, for its models are large."""
    report = msgspec.convert(apart.run(served.shop.path, "extract", told, tell), ExtractReport)
    problems, notes = (tuple(map(without_paths, told)) for told in (report.problems, report.notes))
    return msgspec.structs.replace(report, problems=problems, notes=notes)


def _backup(served: Serving, told: Nothing, tell: OnProgress) -> BackupReport:
    from wares.backup import backup

    folder = served.shop.path / "backups"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as refused:
        raise StoreError(f"cannot make the folder of backups: {refused.strerror or refused}") from refused
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}.tar"
    return msgspec.structs.replace(backup(served.shop, folder / name, tell), path=name)


#: The kinds of work that a server does, by name.
KINDS: Mapping[str, Kind] = {
    "index": Kind("read a feed into the shop", "write", Index, _index),
    "reviews": Kind("read a feed of reviews", "write", Reviews, _reviews),
    "rebuild": Kind("build the index anew, and switch to it", "admin", Nothing, _rebuild),
    "rollback": Kind("go back to the version of the index before", "admin", Nothing, _rollback),
    "activate": Kind("let a version of the index answer that is kept", "admin", Activate, _activate),
    "backup": Kind("back up the shop into its folder backups", "admin", Nothing, _backup),
    "evaluate": Kind("measure how good the answers are", "admin", studies.Evaluate, studies.evaluate),
    "findable": Kind("look for products that nobody can find", "admin", studies.Seek, studies.seek),
    "extract": Kind("read what is in pictures, sounds and videos", "admin", Extract, _extract),
    "fit": Kind("learn from the catalogue, and switch to it if that is better", "admin", Fit, _fit),
}
