"""What people say of a product, on its page: each aspect with its verdict, and a clause that says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from wares.records import Opinion, Reception
from wares.server.pages.address import Address

if TYPE_CHECKING:
    from wares.server.pages.words import Words

#: Aspects that are shown.
MOST = 10


class Voices(NamedTuple):
    """What is said of an aspect: its name, the verdict, how many say so, the address of others of that verdict
    ("" for none), and quotes: whether each praises, and its words."""

    name: str
    verdict: str
    told: str
    href: str
    quotes: Sequence[tuple[bool, str]]


class Received(NamedTuple):
    """How a product was received: in one line, and by aspects; those without a verdict only if none has one."""

    line: str
    voices: Sequence[Voices]


def shown(reception: Reception | None, words: Words) -> Received | None:
    """A reception, ready to be shown; None where there is nothing to show."""
    if reception is None:
        return None
    line = words("reviews.count", n=reception.reviews)
    if reception.rating is not None:
        line = words("reviews.rated", count=line, rating=f"{reception.rating:.1f}")
    judged = [one for one in reception.opinions if one.verdict]
    return Received(line, [_voices(one, words) for one in (judged or reception.opinions)[:MOST]])


def _voices(one: Opinion, words: Words) -> Voices:
    n = one.praised + one.criticised
    told = one.criticised if one.verdict == "criticised" else one.praised
    href = Address.of([(f"f.{one.verdict}", one.aspect)]).href() if one.verdict in ("praised", "criticised") else ""
    said = ((True, one.praise), (False, one.criticism))
    first = one.verdict != "criticised"  # what bears the verdict out comes first
    return Voices(
        name=words.aspect(one.aspect),
        verdict=one.verdict or "few",
        told=words(f"reviews.{one.verdict or 'few'}", told=told, of=n),
        href=href,
        quotes=[(praises, text) for praises, text in (said if first else said[::-1]) if text],
    )
