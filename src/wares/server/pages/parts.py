"""What was asked and how it was understood, as things to take away again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from wares.errors import QueryError
from wares.server.pages.cards import Picture, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from wares.records import Product, Results
    from wares.server.linking import Links
    from wares.server.pages.address import Address
    from wares.server.pages.words import Words


class Token(NamedTuple):
    """A removable thing: ``kind`` is "picture", "audio", "video", "like", "unlike", "without", "chip", "filter";
    ``href`` is the question without it, ``full`` says what it is where there is no picture to see."""

    kind: str
    text: str
    full: str
    href: str
    picture: Picture | None = None
    src: str = ""


class Slider(NamedTuple):
    """How much a kind of part counts."""

    name: str
    label: str
    value: str


def tokens(
    address: Address, words: Words, links: Links, get: Callable[[str], Product], poster: Callable[[str], str]
) -> Iterator[Token]:
    """The parts of the question but for its words, which stand in the box. ``get`` finds a product by its id,
    ``poster`` the picture of a video that was sent."""
    if image := address.one("image"):
        gone = address.but("image", "crop", "w.image").href()
        cropped = "part.picture_part" if address.one("crop") else "part.picture"
        yield Token("picture", words(cropped), words(cropped), gone, None, f"/pictures/{image}")
    for kind in ("audio", "video"):
        if address.one(kind):
            told = words(f"part.{kind}")
            src = poster(address.one(kind)) if kind == "video" else ""
            yield Token(kind, told, told, address.but(kind, f"w.{kind}").href(), None, src)
    for kind in ("like", "unlike"):
        for id in address.all(kind):
            try:
                product = links.product(get(id))
            except QueryError:
                continue
            told = words(f"part.{kind}", title=product.title)
            yield Token(kind, product.title, told, address.minus(kind, id).href(), shown(product))
    for text in address.all("without") if address.wants else ():
        yield Token("without", words("part.without", text=text), text, address.minus("without", text).href())


def understood(found: Results, address: Address, words: Words) -> Iterator[Token]:
    """Conditions read out of the words, then those that were chosen."""
    for chip in found.chips:
        if chip.applied:
            yield Token("chip", chip.text, words.chip(chip), address.plus("ignore", chip.id).href())
    for field, values in address.chosen().items():
        for value in values:
            text = value.rsplit("/", 1)[-1] if field == "category" else words.value(field, value)
            full = f"{words.field(field)}: {words.value(field, value)}"
            yield Token("filter", text, full, address.minus(f"f.{field}", value).href())
    for name in ("min", "max"):
        if value := address.one(name):
            text = words(f"chip.{name}", value=value)
            yield Token("filter", text, text, address.minus(name).href())


def cleared(found: Results, address: Address) -> str:
    """The question without any condition, chosen or understood."""
    bare = address.but("f.", "min", "max")
    for chip in found.chips:
        bare = bare.plus("ignore", chip.id) if chip.applied else bare
    return (bare if bare.wants else bare.put("all", "1")).href()


def sliders(address: Address, words: Words) -> list[Slider]:
    """Sliders for the kinds of parts that are there, where there is more than one."""
    there = address.weighed
    if len(there) < 2:
        return []
    return [Slider(f"w.{name}", words(f"weight.{name}"), address.one(f"w.{name}") or "1") for name in there]
