"""Products that nobody can find: each is asked for by its own title, and by its own picture.

Who types a product's very title, or shows its very picture, means this product; if it does not come then, no other
question will bring it often. (Known-item search: Azzopardi and de Rijke, "Automatic construction of known-item
finding test beds", SIGIR 2006, ask by words drawn from a document; a title is what shops have.)
"""

from __future__ import annotations

import hashlib
import heapq
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import msgspec

from wares.errors import CatalogueError, QueryError
from wares.insight.why import why
from wares.records import Media, Part, Product, Query
from wares.reports import OnProgress, Progress

if TYPE_CHECKING:
    from wares.shop import Shop

Way: TypeAlias = Literal["title", "picture"]
WAYS: tuple[Way, ...] = get_args(Way)

#: Who is not among so many is not found.
FIRST = 10
#: Products that are asked for, and those not found that are kept, unless it is said otherwise.
SAMPLE = 500
MOST_LOST = 500


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """A product that does not come first when it is asked for one ``way``.

    ``state`` is one of :data:`wares.insight.why.State`, or "unasked" where the question could not be put; ``told``
    says it in a sentence. ``place`` counts from 1, None when it has none; ``by`` is the rule or stage that took it
    away, ``into`` the product that is shown in its place.
    """

    id: str
    title: str
    way: Way
    state: str
    told: str
    place: int | None = None
    by: str = ""
    into: str = ""


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Of the products ``asked`` for one way: how many came first, and among the first :data:`FIRST`."""

    asked: int = 0
    first: int = 0
    among: int = 0


class Findable(msgspec.Struct, frozen=True, kw_only=True):
    """What came of asking for products. ``tried`` products of ``products`` were asked for so far; ``whole`` when the
    sample was gone through to its end, and otherwise :func:`findable` goes on after ``after``. ``lost_count`` counts
    all that were not found, ``lost`` are the first of them. ``last_change`` is the state of the catalogue."""

    at: str
    products: int
    tried: int = 0
    whole: bool = False
    after: str = ""
    last_change: int = 0
    seconds: float = 0.0
    tallies: dict[str, Tally] = {}
    lost: tuple[Lost, ...] = ()
    lost_count: int = 0


def findable(
    shop: Shop,
    *,
    sample: int = SAMPLE,
    ways: Sequence[Way] = WAYS,
    seconds: float = 600.0,
    begun: Findable | None = None,
    on_progress: OnProgress | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Findable:
    """Ask a shop for up to ``sample`` of its products, the same ones each time, by their titles and pictures.

    It ends after ``seconds``, or when ``stop`` says so; ``begun`` is what came of an earlier call, to go on from
    there. A catalogue that has changed since is asked from the beginning.
    """
    began, info = time.monotonic(), shop.info()
    if begun is None or begun.whole or begun.last_change != info.last_change:
        begun = Findable(at="", products=info.products, last_change=info.last_change)
    count = _Count(begun)
    ids = _sampled((product.id for product in shop.products()), begun.after, sample - begun.tried)
    for id in ids:
        if stop() or time.monotonic() - began > seconds:
            break
        count.note(id, _asked_for(shop, id, ways))
        if on_progress is not None:
            on_progress(Progress("products asked for", count.tried, min(sample, info.products)))
    whole = count.tried - begun.tried == len(ids)
    return count.told(whole, begun.seconds + time.monotonic() - began)


class _Count:
    """What was found so far."""

    def __init__(self, begun: Findable) -> None:
        self._begun = begun
        self._tallies = {way: [tally.asked, tally.first, tally.among] for way, tally in begun.tallies.items()}
        self._lost = list(begun.lost)
        self._lost_count = begun.lost_count
        self._after = begun.after
        self.tried = begun.tried

    def note(self, id: str, found: Iterable[tuple[Way, int | None, Lost | None]]) -> None:
        self.tried += 1
        self._after = _key(id)
        for way, place, lost in found:
            tally = self._tallies.setdefault(way, [0, 0, 0])
            tally[0] += 1
            tally[1] += place == 1
            tally[2] += place is not None and place <= FIRST
            if lost is not None:
                self._lost_count += 1
                if len(self._lost) < MOST_LOST:
                    self._lost.append(lost)

    def told(self, whole: bool, seconds: float) -> Findable:
        return msgspec.structs.replace(
            self._begun,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            tried=self.tried,
            whole=whole,
            after=self._after,
            seconds=round(seconds, 2),
            tallies={way: Tally(asked=a, first=b, among=c) for way, (a, b, c) in self._tallies.items()},
            lost=tuple(self._lost),
            lost_count=self._lost_count,
        )


def _sampled(ids: Iterable[str], after: str, most: int) -> list[str]:
    """Ids by the order of their hashes: as good as by chance, and the same each time."""
    later = ((key, id) for id in ids if (key := _key(id)) > after)
    return [id for _, id in heapq.nsmallest(max(0, most), later)]


def _key(id: str) -> str:
    return hashlib.blake2b(id.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _asked_for(shop: Shop, id: str, ways: Sequence[Way]) -> list[tuple[Way, int | None, Lost | None]]:
    try:
        product = shop.get(id)
    except QueryError:  # removed meanwhile
        return []
    found = []
    for way in ways:
        picture = _picture(product) if way == "picture" else None
        if way == "title" or picture is not None:
            place, lost = _one(shop, product, way, picture)
            found.append((way, place, lost))
    return found


def _one(shop: Shop, product: Product, way: Way, picture: Media | None) -> tuple[int | None, Lost | None]:
    """Its place among the first, or what became of it."""

    def lost(state: str, told: str) -> Lost:
        return Lost(id=product.id, title=product.title, way=way, state=state, told=told)

    try:
        asked = Part("text", product.title) if picture is None else Part("image", shop.media_bytes(picture))
        query = Query(parts=(asked,), limit=FIRST)
        ids = [hit.id for hit in shop.search(query).hits]
        if product.id in ids:
            return ids.index(product.id) + 1, None
        facts = why(shop, query, product.id)
    except (QueryError, CatalogueError) as wrong:
        return None, lost("unasked", str(wrong))
    return facts.place, msgspec.structs.replace(
        lost(facts.state, facts.told), place=facts.place, by=facts.by, into=facts.into
    )


def _picture(product: Product) -> Media | None:
    return next((medium for _, medium in product.all_media() if medium.modality == "image"), None)
