"""Results on a terminal: a few lines for each hit, facets as bars, notes; as wide as the window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.style import Style
from rich.table import Table
from rich.text import Text

from wares.cli.output import counted, plain

if TYPE_CHECKING:
    from wares.records import Contribution, FacetValue, Hit, MatchedPassage, Results, Variant
    from wares.shop import Shop

BAR = 24
FACET_VALUES = 8
#: Characters of a passage that are shown.
PASSAGE = 160


def print_results(
    console: Console,
    results: Results,
    *,
    shop: Shop | None = None,
    explain: bool = False,
    thumbnails: bool | None = None,
    offset: int = 0,
) -> None:
    """Print results. Pictures of ``shop`` are drawn beside the hits when ``thumbnails`` is true, or None and the
    console shows 24-bit colour."""
    pictures: Mapping[str, RenderableType] = {}
    if shop is not None and thumbnails is not False:
        from wares.cli.pictures import can_draw, thumbnails_of

        if can_draw(console, asked=thumbnails is True):
            pictures = thumbnails_of(shop, results)
    console.print(headline(results, offset), style="dim")
    for line in understood(results):
        console.print(line)
    rank_width = len(str(offset + len(results.hits)))
    for rank, hit in enumerate(results.hits, start=offset + 1):
        console.print(card(hit, str(rank).rjust(rank_width), pictures.get(hit.id), bool(pictures), explain=explain))
    for field, values in results.facets.items():
        console.print(facet(field, values, console.width))
    if results.notes:
        console.print()
    for note in results.notes:
        console.print(Text.assemble(("note  ", "yellow"), plain(note)))


_OTHERWISE = {"sound": "a sound", "silence": "silence"}


def headline(results: Results, offset: int = 0) -> str:
    """How many there are and how long it took."""
    page = f", {offset + 1}–{offset + len(results.hits)} shown" if 0 < len(results.hits) < results.total else ""
    return f"{counted(results.total, 'product')}{page} · {results.took_ms:.0f} ms"


def understood(results: Results) -> Iterator[RenderableType]:
    """What was made of the words, and what the shop has to say: a line for each."""
    for one in results.heard:
        said = plain(one.text) if one.kind == "speech" else f"no words, but {_OTHERWISE[one.kind]}"
        yield Text.assemble(("heard    ", "yellow"), said)
    if results.read:
        from wares.records import READ

        stands = " · ".join(plain(passage.text) for passage in results.read)
        yield Text.assemble(("read     ", "yellow"), stands, (f"  not meant? --ignore '{READ}'", "dim"))
    for fixed in results.corrections:
        yield Text.assemble(("read as  ", "yellow"), plain(fixed.meant), (f"  for {plain(fixed.said)}", "dim"))
    applied = [chip for chip in results.chips if chip.applied]
    if applied:
        yield Text.assemble(("filters  ", "yellow")) + Text(" · ").join(Text(plain(chip.id)) for chip in applied)
    for chip in results.chips:
        if chip.note:
            about = f"{plain(chip.id)}: {plain(chip.note)}"
            yield Text.assemble(("about    " if chip.applied else "left out ", "yellow"), (about, "dim"))
    if results.redirect:
        yield Text.assemble(("go to    ", "yellow"), plain(results.redirect))
    for banner in results.banners:
        yield Text.assemble(("banner   ", "yellow"), plain(banner.text), (f"  {plain(banner.url)}", "dim"))


def card(
    hit: Hit, rank: str, picture: RenderableType | None = None, indent: bool = False, *, explain: bool = False
) -> RenderableType:
    """One hit: title and score on the first line; facts, picture and reasons below. ``indent`` keeps the room of
    a thumbnail where a hit among pictured ones has none."""
    lines: list[RenderableType] = [_title_line(hit, rank)]
    margin = len(rank) + 2
    lines += [Padding(line, (0, 0, 0, margin)) for line in _details(hit)]
    if explain:
        lines += [Padding(line, (0, 0, 0, margin)) for line in (*_reasons(hit.why), *_moves(hit))]
    body = Group(*lines)
    if not indent:
        return Padding(body, (1, 0, 0, 0))
    from wares.cli.pictures import THUMBNAIL_CELLS

    grid = Table.grid(padding=(0, 1, 0, 0), expand=True)
    grid.add_column(width=THUMBNAIL_CELLS[0])
    grid.add_column(ratio=1)
    grid.add_row(picture or "", body)
    return Padding(grid, (1, 0, 0, 0))


def _title_line(hit: Hit, rank: str) -> Table:
    line = Table.grid(padding=(0, 1, 0, 0), expand=True)
    line.add_column(width=len(rank) + 1, no_wrap=True)
    line.add_column(ratio=1, overflow="fold")
    line.add_column(justify="right", no_wrap=True)
    title = Text(plain(hit.title), style="bold")
    if len(title) == len(hit.title):
        for span in hit.matched:
            if span.field == "title":
                title.stylize("underline", span.start, span.end)
    line.add_row(Text(f" {rank}", style="cyan"), title, Text(f"{hit.score:.3f}", style="green"))
    return line


class FilePlace:
    """Where a medium lies, on one line: of a long path the end is shown, and a terminal can open all of it."""

    def __init__(self, source: str) -> None:
        self._source = plain(source)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        shown = self._source
        while cell_len(shown) > options.max_width and len(shown) > 1:
            shown = f"…{shown[2:]}"
        link = self._source if "://" in self._source else Path(self._source).absolute().as_uri()
        yield Text(shown, style=Style(dim=True, link=link))


def _details(hit: Hit) -> Iterator[RenderableType]:
    """Brand, price, options and id; then where the matched picture lies."""
    product = hit.product
    variant = next((v for v in product.variants if v.id == hit.variant), None)
    price = (variant.price if variant else None) or product.price
    facts: list[tuple[str, str]] = []
    if price is not None:
        facts.append((str(price), "yellow"))
    if product.brand:
        facts.append((product.brand, ""))
    if variant is not None and variant.options:
        facts.append((", ".join(f"{name} {value}" for name, value in variant.options.items()), ""))
    facts.append((f"id {hit.id}{_sku(hit, variant)}", "dim"))
    yield Text.assemble((" · ", "dim")).join(Text(plain(text), style=style) for text, style in facts)
    if hit.folded:
        some = ", ".join(hit.folded[:3]) + (" …" if len(hit.folded) > 3 else "")
        yield Text(plain(f"also as {some}"), style="dim")
    if hit.media is not None:
        part = hit.media.segment
        if part is not None:
            what = "sounds alike" if hit.media.modality == "audio" else "shown"
            yield Text(f"{what} from {moment(part.start_s)} to {moment(part.end_s)} in", style="dim")
        yield FilePlace(hit.media.source)
    for found in hit.passages:
        yield _passage(found)


#: How words came into a medium.
_READ = {
    "speech": "said",
    "subtitle": "in the subtitles",
    "screen": "on the screen",
    "label": "on the label",
    "code": "barcode",
    "review": "in reviews",
}


def _passage(found: MatchedPassage) -> Text:
    """Words that were read in a medium, and where."""
    passage = found.passage
    when = f" at {moment(passage.start_s)}" if passage.start_s is not None else ""
    said = passage.text if len(passage.text) <= PASSAGE else f"{passage.text[:PASSAGE]}…"
    return Text.assemble((f"{_READ[passage.kind]}{when}: ", "dim"), plain(said))


def moment(seconds: float) -> str:
    """A moment of a medium as players show it: 0:07, 12:30, 1:02:03."""
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def _sku(hit: Hit, variant: Variant | None) -> str:
    return f", variant {variant.id}" if variant is not None and variant.id != hit.id else ""


def _reasons(why: Sequence[Contribution]) -> Iterator[Text]:
    """What each part added, biggest first, as signed bars on one scale."""
    top = max((abs(item.value) for item in why), default=0.0) or 1.0
    width = max((cell_len(f"{item.part} · {item.channel}") for item in why), default=0)
    for item in sorted(why, key=lambda item: -item.value):
        name = plain(f"{item.part} · {item.channel}")
        name += " " * (width - cell_len(name))
        style = "green" if item.value >= 0 else "red"
        yield Text.assemble(
            (f"{name}  ", "dim"),
            f"{item.value:+.3f} ",
            (_bar(abs(item.value) / top, BAR // 2), style),
            overflow="crop",
        )


def _moves(hit: Hit) -> Iterator[Text]:
    """What changed the place of a hit and not its score."""
    for move in hit.moves:
        yield Text(plain(f"{move.by}: place {move.before} → {move.after}"), style="dim")


def facet(field: str, values: Sequence[FacetValue], width: int) -> RenderableType:
    """The most frequent values of a field with their counts as bars."""
    shown = values[:FACET_VALUES]
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(max_width=max(8, width - BAR - 14), no_wrap=True, overflow="ellipsis")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    top = max((value.count for value in shown), default=1)
    for value in shown:
        table.add_row(plain(value.value), f"{value.count:,}", Text(_bar(value.count / top, BAR), style="cyan"))
    parts: list[RenderableType] = [Text(plain(field), style="bold"), Padding(table, (0, 0, 0, 2))]
    if not shown:
        parts[1] = Text("  no values among these products", style="dim")
    if len(values) > len(shown):
        parts.append(Text(f"  {counted(len(values) - len(shown), 'more value')}", style="dim"))
    return Padding(Group(*parts), (1, 0, 0, 0))


def _bar(share: float, width: int) -> str:
    """A bar of eighths of a character cell; what is not nothing is at least one eighth."""
    eighths = max(1 if share > 0 else 0, round(share * width * 8))
    return "█" * (eighths // 8) + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[eighths % 8]
