"""``wares show`` and ``wares remove``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from rich.console import Console

from wares.cli.sheets import print_product
from wares.records import Media, Price, Product, Variant

Command: TypeAlias = Callable[..., Any]


def test_show_gives_the_whole_product(wares: Command, made: Path) -> None:
    done = wares("show", made, "cup-red")
    assert done.code == 0, done.err
    for piece in ("Red cup 红色水杯", "Foo & Co", "Kitchen / Cups", "10.50 EUR", "cup-red.png", "colour"):
        assert piece in done.out.replace("\n", "")
    product = wares("show", made, "cup-red", "--json").json
    assert product["attributes"] == {"colour": "red"}


def test_show_names_the_nearest_id(wares: Command, made: Path) -> None:
    message = wares("show", made, "cup-re").error()
    assert "cup-re" in message
    assert "cup-red" in message


def test_remove_counts_and_what_is_removed_is_gone(wares: Command, shop: Path) -> None:
    done = wares("remove", shop, "cup-red", "cup-blue", "no-such")
    assert (done.code, done.out) == (0, "2 of 3 removed\n")
    assert wares("remove", shop, "cup-red", "--json").json == {"asked": 1, "removed": 0}
    assert wares("search", shop, "--json").json["total"] == 7
    wares("show", shop, "cup-red").error()


def test_a_product_with_everything_fits_any_width() -> None:
    product = Product(
        **{"id": "1", "title": "连衣裙", "description": "Long.\n" * 40, "rating": 4.5, "rating_count": 1200},
        attributes={"waterproof": True, "weight": 1.5, "materials": ("wool", "silk")},
        variants=(
            Variant(id="1-M", options={"size": "M"}, price=Price(1999, "EUR"), availability="in_stock"),
            Variant(id="1-L", options={"size": "L", "fit": "wide"}, media=(Media("l.png"),)),
        ),
        media=(Media(b"\x89PNG"), Media("a.png", role="detail")),
        relations={"accessory_for": ("7", "8")},
    )
    for width in (30, 80, 200):
        console = Console(width=width, color_system=None)
        with console.capture() as capture:
            print_product(console, product)
        assert max(len(line) for line in capture.get().splitlines()) <= width
    for piece in (
        "4.5 of 5 (1,200 ratings)",
        "19.99 EUR",
        "in stock",
        "wool, silk",
        "4 bytes",
        "accessory for",
        "yes",
    ):
        assert piece in capture.get()
