"""Results on a terminal, drawn by a real console into memory."""

from __future__ import annotations

import io
from collections.abc import Mapping
from urllib.parse import quote

import pytest
from rich.cells import cell_len
from rich.console import Console

from wares.cli.hits import print_results
from wares.records import Contribution, FacetValue, Hit, MatchedMedia, Passage, Price, Product, Results, Variant

SHOE = Product(
    id="1042",
    title="Air Zoom Pegasus 41 Road Running Shoes, Wide, Black, White and Anthracite",
    brand="Nike",
    price=Price(12999, "EUR"),
    variants=(Variant(id="1042-43", options={"size": "43"}, price=Price(11900, "EUR")),),
)
DRESS = Product(
    id="7", title="夏季新款碎花连衣裙女中长款显瘦气质法式复古裙子夏季新款碎花连衣裙", price=Price(19900, "CNY")
)


def drawn(results: Results, width: int = 80, explain: bool = False, colour: bool = False) -> list[str]:
    file = io.StringIO()
    console = Console(
        file=file,
        width=width,
        highlight=False,
        markup=False,
        force_terminal=colour,
        color_system="truecolor" if colour else None,
    )
    print_results(console, results, explain=explain)
    return file.getvalue().splitlines()


def answer(
    *hits: Hit, facets: Mapping[str, tuple[FacetValue, ...]] | None = None, total: int | None = None
) -> Results:
    return Results(query_id="q", total=len(hits) if total is None else total, hits=hits, facets=dict(facets or {}))


def test_a_hit_tells_title_score_price_of_the_variant_options_and_picture() -> None:
    medium = MatchedMedia("/pictures/a.jpg", "image", 0.7)
    lines = "\n".join(
        drawn(answer(Hit(id="1042", title=SHOE.title, score=0.81234, product=SHOE, variant="1042-43", media=medium)))
    )
    for piece in ("Pegasus", "0.812", "119.00 EUR", "Nike", "size 43", "id 1042, variant 1042-43", "/pictures/a.jpg"):
        assert piece in lines
    assert "129.99" not in lines


@pytest.mark.parametrize("width", [40, 80, 120])
def test_lines_stay_within_the_window_and_scores_stand_in_one_column(width: int) -> None:
    hits = [Hit(id=p.id, title=p.title, score=0.5, product=p) for p in (SHOE, DRESS)]
    lines = drawn(answer(*hits), width)
    assert max(map(cell_len, lines)) <= width
    ends = {cell_len(line.rstrip()) for line in lines if "0.500" in line}
    assert len(ends) == 1


def test_explain_shows_every_contribution_signed_and_biggest_first() -> None:
    why = (Contribution("not 红", "use.text", -0.1), Contribution("text", "words", 0.6))
    hit = Hit(id="7", title=DRESS.title, score=0.5, product=DRESS, why=why)
    assert not any("+0.600" in line for line in drawn(answer(hit)))
    lines = drawn(answer(hit), explain=True)
    plus, minus = (next(at for at, line in enumerate(lines) if value in line) for value in ("+0.600", "-0.100"))
    assert plus < minus
    bars = [lines[at].index("█") for at in (plus, minus)]
    assert cell_len(lines[plus][: bars[0]]) == cell_len(lines[minus][: bars[1]])


def test_of_a_long_path_the_end_is_shown_on_one_line() -> None:
    path = "/pictures/" + "very/long/" * 20 + "红.jpg"
    hit = Hit(id="7", title=DRESS.title, score=0.5, product=DRESS, media=MatchedMedia(path, "image", 0.7))
    [line] = [line for line in drawn(answer(hit)) if "红.jpg" in line]
    assert line.split()[0].startswith("…")
    assert cell_len(line) <= 80
    assert any(f";file://{quote(path)}" in line for line in drawn(answer(hit), colour=True))


def test_facets_are_counted_with_bars_as_long_as_their_share() -> None:
    values = tuple(FacetValue(f"brand {n}", 100 // n) for n in range(1, 12))
    lines = drawn(answer(facets={"brand": values, "size": ()}))
    bars = [line.count("█") for line in lines if line.strip().startswith("brand ")]
    assert bars[0] == 24
    assert bars[1] == 12
    assert len(bars) == 8
    assert any("3 more values" in line for line in lines)
    assert any("no values" in line for line in lines)


def test_what_a_feed_put_into_a_title_cannot_drive_the_terminal() -> None:
    evil = Product(id="\x1b]0;x\x07", title="red\x1b[2J\u202eshoe\r\nfake line")
    text = "\n".join(drawn(answer(Hit(id=evil.id, title=evil.title, score=1.0, product=evil))))
    assert not any(character in text for character in "\x1b\x07\u202e\r")
    assert "fake line" in text


def test_colours_only_when_the_console_has_them() -> None:
    hit = Hit(id="7", title=DRESS.title, score=0.5, product=DRESS)
    assert any("\x1b[" in line for line in drawn(answer(hit), colour=True))
    assert not any("\x1b" in line for line in drawn(answer(hit)))


def test_the_headline_tells_how_many_there_are_beyond_the_page() -> None:
    hit = Hit(id="7", title=DRESS.title, score=0.5, product=DRESS)
    assert drawn(answer(hit, total=1234))[0].startswith("1,234 products, 1–1 shown")
    assert drawn(answer(hit))[0].startswith("1 product ·")
    assert drawn(answer())[0].startswith("0 products ·")


def test_what_was_read_in_a_picture_is_told_with_the_way_to_leave_it_out() -> None:
    read = (Passage(kind="label", text="Nordhaven"), Passage(kind="code", text="4006381333931"))
    lines = "\n".join(drawn(Results(query_id="q", total=0, hits=(), read=read), width=120))
    assert "Nordhaven · 4006381333931" in lines and "--ignore 'words in pictures'" in lines
