"""Reviews into the store, and what they come to for each product.

Whenever there are new reviews, tones are learnt anew from the stars of all, and receptions made anew: two walks over
all reviews, some 2,000 of them in a second. Only products whose reception is another now count as changed.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable

from wares.indexing import batches
from wares.records import Review
from wares.reports import OnProgress, Progress, ReviewReport
from wares.reviews.feed import key_of
from wares.reviews.summing import summed
from wares.reviews.tones import Stars, Tones
from wares.store.reviews import Keyed, Summed
from wares.store.store import Store

#: Reviews that are kept at once, and ids of products that are told one by one.
AT_ONCE, TOLD = 500, 20


def take(store: Store, found: Iterable[Review], tell: OnProgress) -> ReviewReport:
    """Keep reviews, and make of all what they come to."""
    started = time.monotonic()
    outcomes: Counter[str] = Counter()
    owners: set[str] = set()
    unknown: dict[str, None] = {}
    for some in batches(found, AT_ONCE):
        outcomes.update(store.reviews.put([Keyed(key_of(review), review) for review in some]))
        ids = dict.fromkeys(review.product for review in some)
        known = store.hashes(ids)
        owners.update(ids)
        unknown.update(dict.fromkeys(id for id in ids if id not in known))
        tell(Progress("reading reviews", outcomes.total(), None))
    return ReviewReport(
        added=outcomes["added"],
        changed=outcomes["changed"],
        unchanged=outcomes["unchanged"],
        refused=outcomes["too many"],
        products=len(owners),
        unknown=tuple(unknown)[:TOLD],
        unknown_count=len(unknown),
        received=_sum(store, tell),
        seconds=round(time.monotonic() - started, 3),
    )


def remove(store: Store, product: str, ids: Collection[str] | None, tell: OnProgress) -> int:
    """Remove reviews of a product by their own ids, or all of them; how many there were."""
    keys = None if ids is None else [key_of(Review(product=product, text="", id=id)) for id in ids]
    gone = store.reviews.remove(product, keys)
    _sum(store, tell)
    return gone


def _sum(store: Store, tell: OnProgress) -> int:
    """Make receptions anew, if there are reviews that none counts; of how many products they are others now."""
    token = store.reviews.unsummed()
    if not token:
        return 0
    tones, changed, done = learnt(store, tell), 0, 0
    total = store.reviews.counted()[1]
    for owners in store.reviews.scan():
        changed += store.reviews.sum({id: Summed(*summed(own, tones)) for id, own in owners})
        done += len(owners)
        tell(Progress("summing up reviews", done, total))
    store.reviews.settle(token)
    return changed


def learnt(store: Store, tell: OnProgress = lambda progress: None) -> Tones:
    """The tones that the stars of a shop's reviews teach."""
    stars, read = Stars(), 0
    for owners in store.reviews.scan():
        for _, own in owners:
            read += len(own)
            for review in own:
                stars.take(review)
        tell(Progress("learning tones", read, None))
    return stars.tones()
