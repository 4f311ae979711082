"""What can be set, in one table of typed records; defaults are what the benchmarks chose.

Doors read environment and files and make these; everything below takes them as arguments.
"""

from __future__ import annotations

import difflib
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from wares.errors import SetupError


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # of NaN neither holds
        raise SetupError(f"{name} must lie in {low:,} … {high:,}, not {value}")


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """Facts of the machine: where models are kept and whether the network may be used.

    ``WARES_CACHE`` (a folder) and ``WARES_OFFLINE`` (1: never download) set them.
    """

    cache: Path
    offline: bool = False

    @classmethod
    def read(cls, variables: Mapping[str, str] | None = None) -> Environment:
        """From environment variables (default: those of this process)."""
        import platformdirs

        variables = os.environ if variables is None else variables
        offline = variables.get("WARES_OFFLINE", "").strip().lower()
        if offline not in ("", "0", "1", "true", "false", "yes", "no"):
            raise SetupError(f"WARES_OFFLINE is {offline!r}; set it to 1 (never download) or leave it out")
        cache = variables.get("WARES_CACHE") or platformdirs.user_cache_dir("wares", appauthor=False)
        return cls(cache=Path(cache).expanduser(), offline=offline in ("1", "true", "yes"))


class MediaLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on what is fetched and decoded."""

    max_bytes: int = 25_000_000
    max_pixels: int = 60_000_000
    timeout_s: float = 20.0
    max_redirects: int = 3
    allow_private: bool = False
    audio_s: float = 600.0
    video_s: float = 600.0

    def __post_init__(self) -> None:
        if not (self.max_bytes > 0 and self.max_pixels > 0 and 0 < self.timeout_s < math.inf):
            raise SetupError("media: max_bytes, max_pixels and timeout_s must be greater than 0")
        if not (0 < self.audio_s < math.inf and 0 < self.video_s < math.inf):
            raise SetupError("media: audio_s and video_s must be greater than 0")
        if self.max_redirects < 0:
            raise SetupError(f"media: max_redirects must be 0 or more, not {self.max_redirects}")


class FieldWeights(msgspec.Struct, frozen=True, kw_only=True):
    """How often a word of a field counts in BM25 (BM25F-style weighted term frequency)."""

    title: float = 3.0
    brand: float = 1.0
    category: float = 0.5
    attributes: float = 0.3
    description: float = 0.75
    media: float = 0.3
    reviews: float = 0.1


class FusionSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the scores of several channels become one; read when a question is asked, so a change needs no rebuild.

    ``method`` is a name in :data:`wares.ranking.fusion.METHODS`. ``weights`` take the place of those in
    :data:`wares.ranking.fusion.WEIGHTS`; a name is a kind of part and a channel or its modality: "text.words",
    "text.image", "image.look.image". ``normalise`` (of "weighted") is "bounds", "minmax" or "dbsf"; ``rrf_k`` (of
    "rrf") is how little the first ranks stand out; ``learned`` (of "learned") is the name of a fit of the shop, whose
    network it is. What is not set is as wares ships it, and is not saved.
    """

    method: str = "weighted"
    normalise: str = "bounds"
    rrf_k: float = 60.0
    learned: str = ""
    weights: Mapping[str, float] = {}


class UnderstandingSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is made of the words of a question before they are looked for; read when it is asked.

    ``filters``: conditions and orders are read out of the words. ``spelling``: words that no product has are
    corrected. ``relations``: "accessories for …" is answered by what products say of each other.
    """

    filters: bool = True
    spelling: bool = True
    relations: bool = True


class SignalSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a product's business says about its place: see :mod:`wares.ranking.chain.signals`.

    ``rating``, ``popularity``, ``recency``, ``margin`` and ``stock`` are weights, as shares of the best score, of a
    signal of 0 … 1; 0 leaves it out. ``prior`` is how many ratings the catalogue's mean counts for, ``half_life``
    after how many days a product is half as new. ``popularity_attribute``, ``date_attribute``, ``margin_attribute``
    and ``cost_attribute`` name where products say it, if not under a usual name; they are read when products are
    indexed.
    """

    rating: float = 0.1
    popularity: float = 0.02
    recency: float = 0.0
    margin: float = 0.0
    stock: float = 0.05
    prior: float = 20.0
    half_life: float = 180.0
    popularity_attribute: str = ""
    date_attribute: str = ""
    margin_attribute: str = ""
    cost_attribute: str = ""

    def __post_init__(self) -> None:
        for name in ("rating", "popularity", "recency", "margin", "stock"):
            _within(f"ranking.signals.{name}", getattr(self, name), 0, 1)
        _within("ranking.signals.prior", self.prior, 0, 1_000_000)
        _within("ranking.signals.half_life", self.half_life, 1, 100_000)


class DiversitySettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How much the first ``places`` may not be alike: what a product loses, as a share of the best score, for having
    the same ``brand`` as one above it or looking like it (``look``, times the cosine). 0 and 0: nothing is moved."""

    brand: float = 0.0
    look: float = 0.0
    places: int = 20

    def __post_init__(self) -> None:
        _within("ranking.diversity.brand", self.brand, 0, 1)
        _within("ranking.diversity.look", self.look, 0, 1)
        _within("ranking.diversity.places", self.places, 1, 100)


class RankingSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happens to an order after fusion; read when a question is asked, so a change needs no rebuild.

    ``chain`` names stages of :data:`wares.ranking.chain.STAGES` in their order. ``cutoff`` is the share of the best
    score below which what holds not all the words does not count (0: everything does), and ``floors`` take the place
    of those in :data:`wares.ranking.cutoff.FLOORS`, by channel. ``collapse``: products that are the same are shown as
    one. ``relations`` is what being near the best hits, in the graph of relations, brands and categories, may add to
    a score. What is not set is as wares ships it, and is not saved.
    """

    chain: tuple[str, ...] = ("signals", "relations", "rules", "diversity", "collapse")
    cutoff: float = 0.2
    floors: Mapping[str, float] = {}
    collapse: bool = True
    relations: float = 0.0
    signals: SignalSettings = SignalSettings()
    diversity: DiversitySettings = DiversitySettings()

    def __post_init__(self) -> None:
        _within("ranking.cutoff", self.cutoff, 0, 1)
        _within("ranking.relations", self.relations, 0, 1)
        for channel, floor in self.floors.items():
            _within(f"ranking.floors.{channel}", floor, 0, 1)
        if doubled := sorted({name for name in self.chain if self.chain.count(name) > 1}):
            raise SetupError(f"ranking.chain names {doubled[0]} twice; a stage can be there once")


class FoldingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """When products are shown as one; a change folds the shop anew, and needs no rebuild.

    ``picture``: in how many of 256 bits the hashes of two pictures may differ that are the same; at most 32.
    ``meaning`` and ``shape``: how alike (cosine, -1 … 1) the texts of duplicates and the pictures of variants are.
    ``price``: by what factor their prices may differ. ``largest``: more products than that are not one. ``on``:
    whether any are folded.
    """

    on: bool = True
    picture: int = 14
    meaning: float = 0.9
    shape: float = 0.75
    price: float = 2.0
    largest: int = 50

    def __post_init__(self) -> None:
        if not 0 <= self.picture <= 32:
            raise SetupError(f"folding: picture must be 0 … 32 bits, not {self.picture}")
        if not (self.price >= 1 and self.largest >= 2):
            raise SetupError("folding: price must be 1 or more, and largest 2 or more")


class JournalSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a served shop keeps of questions and of what came of them; read when the server starts.

    ``on``: whether it keeps any. What is older than ``keep_days`` goes, and of questions and of events all but the
    latest ``most``. ``text``: whether the words of questions are kept, and what was read out of them.
    """

    on: bool = True
    keep_days: int = 90
    most: int = 1_000_000
    text: bool = True

    def __post_init__(self) -> None:
        _within("journal.keep_days", self.keep_days, 1, 3_650)
        _within("journal.most", self.most, 1, 100_000_000)


class ExtractionSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is taken out of media after products were added; see :mod:`wares.extracting`.

    ``take`` are names of :data:`wares.extraction.EXTRACTORS`, "shots" (what videos show) and
    "sounds" (what they and sounds sound like). ``speech_model`` is
    "whisper-base", or the place of another one for faster-whisper ("hf:…", "file:…"); ``speech_languages`` are what
    spoken questions are in, in codes of two letters, and likely in media too; none: whatever is heard. ``workers``
    media are read at a time. ``read_asked``: whether pictures that ask are read, too: their barcodes, and their words
    where ``take`` has "labels".
    """

    take: tuple[str, ...] = ("subtitles", "shots", "speech", "sounds")
    speech_model: str = "whisper-base"
    speech_languages: tuple[str, ...] = ("en", "zh")
    workers: int = 2
    read_asked: bool = True

    def __post_init__(self) -> None:
        _within("extraction.workers", self.workers, 1, 64)
        if doubled := sorted({name for name in self.take if self.take.count(name) > 1}):
            raise SetupError(f"extraction.take names {doubled[0]} twice; once is enough")


#: Nothing follows fusion: what it brings is shown in its order. For studying fusion, and parts of a shop, alone.
BARE = RankingSettings(chain=(), cutoff=0.0, collapse=False)


class StorefrontSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What visitors see: the ``title`` of the shop, the ``hue`` of its own colour (0 … 359 degrees), and the
    ``languages`` of the interface, the first one for those who prefer none of them."""

    title: str = ""
    hue: int = 174
    languages: tuple[str, ...] = ("en", "zh")

    def __post_init__(self) -> None:
        _within("storefront.hue", self.hue, 0, 359)
        if not self.languages or not set(self.languages) <= {"en", "zh"}:
            raise SetupError('storefront.languages are one or more of "en" and "zh"')
        if len(self.title) > 80:
            raise SetupError("storefront.title has more than 80 characters; shorten it")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How one shop works; kept in its store."""

    model: str = "default"
    fields: FieldWeights = FieldWeights()
    media: MediaLimits = MediaLimits()
    fusion: FusionSettings = FusionSettings()
    ranking: RankingSettings = RankingSettings()
    understanding: UnderstandingSettings = UnderstandingSettings()
    folding: FoldingSettings = FoldingSettings()
    journal: JournalSettings = JournalSettings()
    storefront: StorefrontSettings = StorefrontSettings()
    extraction: ExtractionSettings = ExtractionSettings()
    k1: float = 0.5
    b: float = 0.5


#: What an index is built with: a change of these needs a rebuild, all others work at once.
BUILT_IN = ("model", "fields", "k1", "b")


def overlaid(settings: Settings, changes: Mapping[str, Any], source: str) -> Settings:
    """The settings with some of them changed, from tables as a settings file has them; ``source`` names the file.

    What is not mentioned stays as it is. Raises :class:`SetupError` for an unknown name, with the nearest ones, and
    for a value of the wrong type.
    """
    _check_names(changes, _names(Settings), source, "")
    merged = _merged(msgspec.to_builtins(settings), changes)
    try:
        return msgspec.convert(merged, Settings)
    except msgspec.ValidationError as wrong:
        raise SetupError(f"{source}: {wrong}") from wrong


def built_in_changes(before: Settings, after: Settings) -> list[str]:
    """The names of the settings that differ and are built into the index."""
    return [name for name in BUILT_IN if getattr(before, name) != getattr(after, name)]


def _names(of: type[msgspec.Struct]) -> dict[str, Any]:
    """The names of a table's settings; those of the tables in it as tables."""
    fields = {field.name: field.type for field in msgspec.structs.fields(of)}
    return {name: _names(kind) if _is_table(kind) else None for name, kind in fields.items()}


def _is_table(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _check_names(changes: Mapping[str, Any], known: Mapping[str, Any], source: str, table: str) -> None:
    for name, value in changes.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
            hint = f"did you mean {', '.join(near)}?" if near else f"known: {', '.join(known)}"
            raise SetupError(f"{source}: unknown setting {table}{name}; {hint}")
        inner = known[name]
        if isinstance(inner, Mapping) and inner:
            if not isinstance(value, Mapping):
                raise SetupError(f"{source}: {table}{name} is a table of settings: [{table}{name}]")
            _check_names(value, inner, source, f"{table}{name}.")


def _merged(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(before)
    for name, value in changes.items():
        inner = result.get(name)
        both = isinstance(inner, Mapping) and isinstance(value, Mapping)
        result[name] = _merged(inner, value) if both else value  # type: ignore[arg-type]
    return result
