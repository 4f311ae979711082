"""What goes into the store and comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from wares.records import Modality, Passage, Product, Reception, Segment

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Row: TypeAlias = npt.NDArray[np.float32]

#: Features by (content key, tower fingerprint): one float32 row of shape (dims,) each.
Features: TypeAlias = "Mapping[tuple[str, str], Row]"

#: What merchants say.
Kind: TypeAlias = Literal["rule", "synonyms", "stop words"]


class StoredMedia(msgspec.Struct, frozen=True, kw_only=True):
    """One medium of a product as it was found.

    ``position`` orders the media of a product; ``key`` is the content hash under which features are kept, None when
    the content could not be had; ``variant`` is the variant it belongs to, if not the product itself; ``warning``
    says what is wrong with it ("" when nothing is).
    """

    position: int
    key: str | None
    modality: Modality
    role: str = "main"
    variant: str | None = None
    source: str = ""
    warning: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A product to be stored: ``hash`` identifies its content, so that an unchanged one can be skipped next time."""

    product: Product
    hash: bytes
    media: tuple[StoredMedia, ...] = ()
    features: Features = {}


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a product beside its feed, by the content keys of its media: ``passages`` of words that were
    read in them, the ``shots`` of videos, and the stretches of their ``sounds``; its ``reception`` by those who
    reviewed it, and their words, ``said``."""

    passages: Mapping[str, tuple[Passage, ...]] = {}
    shots: Mapping[str, tuple[Segment, ...]] = {}
    sounds: Mapping[str, tuple[Segment, ...]] = {}
    reception: Reception | None = None
    said: str = ""


#: Nothing is.
NOTHING = Beside()


class Stored(msgspec.Struct, frozen=True):
    """A product as stored; ``number`` is its integer key, which no other product ever gets. ``group`` is shared with
    those that are shown as one with it, 0 when there are none."""

    number: int
    product: Product
    media: tuple[StoredMedia, ...]
    group: int = 0
    beside: Beside = NOTHING


def shot_key(key: str, place: int) -> str:
    """The key under which features of a shot of a video are kept."""
    return f"{key}#{place}"


def sound_key(key: str, place: int) -> str:
    """The key under which features of a stretch of a sound, or of the sound of a video, are kept."""
    return f"{key}#s{place}"


class Fold(msgspec.Struct, frozen=True):
    """A product that is shown as one with others: those of the same ``group``, the smallest number among them."""

    number: int
    group: int
    reason: str


class Change(msgspec.Struct, frozen=True):
    """The latest thing that happened to a product: it was put, or ``removed``. Change numbers only grow."""

    change: int
    number: int
    removed: bool


class Pulse(msgspec.Struct, frozen=True):
    """The number of the latest ``change``, the ``revision`` of what merchants say, and the ``settings`` as saved."""

    change: int
    revision: int
    settings: str


class Warned(msgspec.Struct, frozen=True):
    """A medium of product ``id`` that has something wrong with it."""

    id: str
    source: str
    warning: str


class Audited(msgspec.Struct, frozen=True):
    """A change of what merchants say, of a key, or of products: JSON before and after, None for nothing; ``at`` is
    ISO 8601 in UTC."""

    number: int
    at: str
    who: str
    kind: str
    name: str
    before: str | None
    after: str | None
