"""A shop: products in, answers out. It opens the parts and lets each do its work.

SHOP/shop.db     the store: what is true
SHOP/index/      versions of the index: disposable, built from the store
SHOP/fits/       what was learnt from the catalogue
SHOP/media/      media that were given as bytes
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import msgspec

from wares import extracting, media, places
from wares.asking import known, parts_of
from wares.candidates import Rehearsal
from wares.checkup import checked
from wares.encoders.words import Words
from wares.errors import MissingExtra, ModelUnavailable, QueryError, SetupError, StoreError
from wares.fits import Fits
from wares.index.base import FieldSpec, Index, Match
from wares.index.live import LiveIndex
from wares.index.versions import Versions
from wares.listening import DEAF, hear, listened, recordings
from wares.looking import Looker
from wares.policy import fused, policy
from wares.query import filters
from wares.ranking import chain
from wares.ranking.fusion.base import Fusion
from wares.ranking.rules import Rule
from wares.ready import Ready
from wares.records import (
    Filter,
    Heard,
    MatchedMedia,
    Media,
    Product,
    Query,
    Reception,
    Results,
    Review,
    Suggestion,
)
from wares.relations import Graph
from wares.reports import (
    AddReport,
    Check,
    ExtractReport,
    OnOutcome,
    OnProgress,
    Outcome,
    Progress,
    ReviewReport,
    ShopInfo,
    VersionInfo,
)
from wares.searching import Searcher
from wares.settings import Environment, FusionSettings, RankingSettings, Settings, UnderstandingSettings
from wares.stamps import Stamp, Stamps
from wares.store.store import Store, read_settings
from wares.writing import Writer

if TYPE_CHECKING:
    from wares.encoders.base import Tower, Vectors
    from wares.merchant import Wording
    from wares.store.entries import StoredMedia
    from wares.tracing import Trace

_log = logging.getLogger(__name__)

#: How often a shop that is asked looks whether its settings were changed, in seconds.
NOTICE_S = 1.0


def open(path: str | Path, *, model: str | None = None, create: bool = True) -> Shop:
    """Open the shop in a folder; see :meth:`Shop.open`. Models are kept and fetched as the environment says."""
    return Shop.open(path, model=model, create=create)


class Shop:
    """An opened shop. A context manager; threads may share it; another process may open the same folder.

    Reading methods may be called while this or another process writes. Writing methods (``add``, ``remove``,
    ``rollback``, …) wait a few seconds for one another, and raise :class:`~wares.errors.ShopBusy` while another
    process goes on writing; those that build the index (``rebuild``, ``build``) while another version is built.
    """

    def __init__(
        self, path: Path, store: Store, settings: Settings, environment: Environment, fits: Fits | None = None
    ) -> None:
        self.path = path
        self.settings = settings
        #: What the shop has learnt.
        self.fits = fits or Fits(path, settings.model, environment)
        self._store = store
        self._environment = environment
        self._versions = Versions(path)
        self._live = LiveIndex(self._versions)
        self._writer = Writer(path, store, settings, environment, self._live, self.fits)
        self._ready = Ready(store, self._versions, self.fits)
        self._stamps = Stamps()
        self._looker = Looker(environment)
        self._noticing = threading.Lock()
        self._saved: str | None = None  # the settings as this shop saw them last in its store
        self._looked = 0.0
        self._taken = 0  # how often settings were taken from there

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        model: str | None = None,
        settings: Settings | None = None,
        create: bool = True,
        environment: Environment | None = None,
    ) -> Shop:
        """Open the shop at ``path``; with ``create`` make one where there is nothing or an empty folder.

        ``model`` is chosen when a shop is made ("default", "basic", ``file:…``, ``hf:…``) and belongs to it from
        then on. ``settings`` replace the ones the shop has. Raises :class:`SetupError` when the folder is no shop or
        the model another, :class:`StoreError` when the shop is damaged or made by a newer wares.
        """
        folder = Path(path)
        environment = environment or Environment.read()
        place = folder / "shop.db"
        fits: Fits | None = None
        if place.exists():
            store = Store.open(place)
            found = settings or store.settings()
            if model is not None and model != found.model:
                store.close()
                raise SetupError(_another_model(folder, found.model, model))
        else:
            places.check(folder, create)
            found = settings or Settings(model=model or Settings().model)
            fits = Fits(folder, found.model, environment)
            fits.unfitted()  # before anything is made: there may be no such model
            store = places.create(folder, place)
        if settings is not None or len(store) == 0:
            store.save_settings(found)
        shop = cls(folder, store, found, environment, fits)
        shop._writer.recover()
        return shop

    # -- writing ------------------------------------------------------------------------------------------------

    def add(
        self,
        catalogue: Iterable[Product],
        *,
        progress: OnProgress | None = None,
        told: OnOutcome | None = None,
        build: bool = True,
    ) -> AddReport:
        """Add new products and replace changed ones; what is unchanged costs next to nothing.

        What has been stored when this is interrupted stays, and is found; running it again goes on from there.
        ``told`` hears the id of each product and what became of it, once it is stored and indexed. When many products
        have come, a new version of the index is built at the end (in another process, while the present one answers
        and others write), unless ``build`` is False: then :meth:`rebuild_is_due` says so.
        """
        self._notice()
        return self._writer.add(catalogue, progress or _silent, told or _unheard, build=build)

    def extract(self, progress: OnProgress | None = None, *, again: bool = False) -> ExtractReport:
        """Read what is in media and was not read yet: words with their places, and what videos show.

        What is read is ``settings.extraction``. Each medium is kept as it was read, so that running this again goes
        on from there; products are found by it from then on. Takes a second and more for a medium. ``again``: what
        could not be read is tried once more.
        """
        self._notice()
        return self._writer.extract(progress or _silent, again=again)

    def add_reviews(self, reviews: Iterable[Review], *, progress: OnProgress | None = None) -> ReviewReport:
        """Keep what people say of products, and make of it what each is praised and criticised for
        (docs/reviews.md). Reviews that are there already change nothing; those of products that the shop lacks are
        kept until these are added, and go when their product is removed."""
        self._notice()
        return self._writer.review(reviews, progress or _silent)

    def remove_reviews(self, product: str, ids: Collection[str] | None = None) -> int:
        """Remove the reviews of a product that have these ids of their own, or all of them; how many there were."""
        self._notice()
        return self._writer.remove_reviews(product, ids, _silent)

    def has_media_to_read(self) -> bool:
        """Whether there are media of a kind that :meth:`extract` reads."""
        wanted = extracting.modalities(self.settings.extraction)
        return next(self._store.extracts.contents(wanted), None) is not None

    def rebuild_is_due(self) -> bool:
        """Whether so many products have come since the live version of the index was built that :meth:`rebuild` is
        worth its while."""
        return self._writer.rebuild_is_due()

    def remove(self, ids: Iterable[str]) -> int:
        """Remove products; how many there were. Unknown ids are ignored."""
        self._notice()
        return self._writer.remove(list(ids))

    def rebuild(self, progress: OnProgress | None = None) -> VersionInfo:
        """Build the index anew from the store, in another process, and switch to it.

        Products come and go meanwhile: what changed is applied to the new version before it answers.
        """
        return self._ready.info(self._writer.rebuild(progress or _silent))

    def rollback(self) -> VersionInfo:
        """Go back to the index version before; what changed since is applied to it, so no product is lost."""
        return self._ready.info(self._writer.rollback())

    def build(self, fit: str, *, progress: OnProgress | None = None) -> str:
        """Build a version of the index with the encoders of a fit ("" for the model as it comes) beside the live one,
        in another process, and return its name. Nothing answers by it before :meth:`publish`; until then, or until
        :meth:`discard`, nobody else builds."""
        return self._writer.build(fit, progress or _silent)

    def publish(self, version: str) -> VersionInfo:
        """Switch to a version that :meth:`build` made; what changed meanwhile is applied to it."""
        self._writer.publish(version)
        return self._ready.info(version)

    def discard(self, version: str) -> None:
        """Give up a version that :meth:`build` made and that is not live."""
        self._writer.discard(version)

    def apply(self, settings: Settings, *, progress: OnProgress | None = None) -> VersionInfo | None:
        """Work by other settings from now on, and keep them. When the index was built with others (:meth:`outdated`)
        it is built anew, and the new version is returned.

        The settings are saved first: if the building fails or is killed, the old version goes on answering, and
        :meth:`rebuild` makes up for it. Raises as :meth:`check_settings`, before anything changed. Other processes
        that have the shop open notice the settings within a second, and a new version at once.
        """
        self.check_settings(settings)
        version = self._writer.apply(settings, progress or _silent)
        self.refresh()
        return self._ready.info(version) if version else None

    def outdated(self) -> tuple[str, ...]:
        """The names of settings ("fields", "k1", "b") that the live index was not built with; see :meth:`apply`."""
        return self._writer.outdated()

    @contextmanager
    def steady(self) -> Iterator[str]:
        """Nobody writes until the end of the block, and the files of the live version of the index have all that was
        written; its name, "" for an empty shop. For moments: writers wait."""
        with self._writer.steady() as version:
            yield version

    def copy_store(self, to: Path) -> None:
        """Copy the store into a new file, as it is at one moment; others go on reading and writing."""
        self._store.copy(to)

    # -- reading ------------------------------------------------------------------------------------------------

    def fields(self) -> Mapping[str, FieldSpec]:
        """The fields that filters, facets and sorts may use, those that most products have first."""
        with self._live.use() as (_, index):
            return {} if index is None else dict(index.fields())

    def refresh(self) -> bool:
        """Work by the settings that another process has saved, if any did; whether they are others now.

        Searching does so by itself, once a second. Settings that cannot be read are logged, and those in force stay.
        """
        self._looked = time.monotonic()
        return self._take(self._store.pulse().settings)

    def stamp(self) -> Stamp | None:
        """What answers are made of now: while two stamps are equal, the same question has the same answer, but for
        ``query_id`` and timings. None when an answer is not to be kept. For a cache in this process; 0.1 ms at most.

        Take the stamp *before* searching and keep the answer under it. That is safe while others write: whatever
        changes between the two is in every later stamp, and no stamp comes again. Changes of products, of what
        merchants say and of the live version only count up; settings are told by how often they were taken; ``until``
        only moves on. An answer that was made of something newer than its stamp is therefore never found again. Nor
        is one that was made of something older: there is no stamp while the index lacks what the store has, while
        this process still searches the version before or reads what was learnt of the catalogue before, nor for
        :data:`~wares.stamps.SETTLED_S` seconds after any change, as some things are looked up only once a second.

        It speaks for the shop's own settings and rules. What a question itself brings from outside (a picture by its
        address) is the asker's.
        """
        try:
            pulse = self._store.pulse()
            self._take(pulse.settings)
            with self._live.use() as (version, index):
                followed = self._live.stamp()
                if index is None or followed is None or not self._writer.has(version, pulse.change):
                    return None
                learnt = self._ready.digests(version).stamp()
                if learnt is None:
                    return None
                state = (
                    version,
                    followed,
                    self._versions.holder(version),
                    learnt,
                    pulse.change,
                    pulse.revision,
                    self._taken,
                )
                return self._stamps.stamp(state, self._searcher(version, index).merchant)
        except StoreError:
            return None

    def check_settings(self, settings: Settings) -> None:
        """Whether the shop could work by these settings. :class:`SetupError` when their model is another, a weight is
        for no channel, or a number is out of bounds."""
        if settings.model != self.settings.model:
            raise SetupError(_another_model(self.path, self.settings.model, settings.model))
        Words(settings.fields, settings.k1, settings.b)
        self.fusion(settings.fusion)
        chain.check(settings.ranking)
        extracting.check(settings.extraction)

    def search(
        self,
        text: str | Query | None = None,
        *,
        image: str | Path | bytes | Sequence[str | Path | bytes] | None = None,
        audio: str | Path | bytes | Sequence[str | Path | bytes] | None = None,
        video: str | Path | bytes | Sequence[str | Path | bytes] | None = None,
        like: str | Sequence[str] | None = None,
        without: str | Sequence[str] | None = None,
        weights: Mapping[str, float] | None = None,
        where: str | Filter | None = None,
        facets: Sequence[str] = (),
        sort: str = "",
        k: int = 10,
        offset: int = 0,
        parse: bool = True,
        ignore: Sequence[str] = (),
        fusion: FusionSettings | Fusion | None = None,
        ranking: RankingSettings | None = None,
        understanding: UnderstandingSettings | None = None,
        rules: Sequence[Rule] | None = None,
    ) -> Results:
        """Find products by words, by pictures, recordings and videos (paths, URLs or bytes), by likeness to products,
        or any mix. What is said in a recording becomes words (:attr:`Results.heard`), and so does what is written in
        a picture (:attr:`Results.read`).

        ``without`` are words that are not meant; ``weights`` says how much "text", "image", "audio", "video", "like"
        and "not" count (1 each); ``where`` is a filter (docs/filters.md); ``sort`` a number field, "-price" for the
        dearest first. ``parse`` reads filters out of the words and corrects their spelling; ``ignore`` names chips
        and corrections of an earlier answer that were not meant. A :class:`Query` may be given instead of all of
        these. Without any part, everything that passes the filter is listed. ``fusion``, ``ranking`` and
        ``understanding`` take the place of the shop's own settings for this question, ``rules`` of its rules (none:
        ``()``).
        Raises :class:`QueryError`, and :class:`SetupError` for a fusion that cannot be.
        """
        query = (
            text
            if isinstance(text, Query)
            else Query(
                parts=parts_of(text, image, like, without, weights or {}, audio, video),
                where=filters.parse(where) if isinstance(where, str) and where.strip() else where or None,  # type: ignore[arg-type]
                facets=tuple(facets),
                sort=sort,
                limit=k,
                offset=offset,
                parse=parse,
                ignore=tuple(ignore),
            )
        )
        self._notice()
        query, heard = self.listened(query)
        with self._live.use() as (version, index):
            if index is None:
                empty = ("the shop is empty; add products first",)
                return Results(query_id=uuid.uuid4().hex, total=0, hits=(), notes=empty)
            how, notes = policy(
                index,
                self.settings,
                self.fits,
                fusion=fusion,
                ranking=ranking,
                understanding=understanding,
                rules=rules,
            )
            searcher = self._searcher(version, index)
            looked, read = self._looker.look(query, self.settings, searcher.holds)
            found = searcher.search(looked, how)
            if not heard and recordings(query):
                notes = (*notes, DEAF)
            if not (notes or heard or read):
                return found
            return msgspec.structs.replace(found, notes=(*found.notes, *notes), heard=heard, read=read)

    def hear(self, recording: str | Path | bytes) -> Heard:
        """What a recording says, as :meth:`search` takes it. :class:`QueryError` when it cannot be decoded,
        :class:`~wares.errors.MissingExtra` when nothing is installed that listens."""
        source = str(recording) if isinstance(recording, Path) else recording
        return hear(source, self.settings.extraction, self.settings.media, self._environment)

    def listened(self, query: Query) -> tuple[Query, tuple[Heard, ...]]:
        """A question with what is said in its recordings as words. Where nothing is installed that listens,
        recordings stay as they are and are looked for by their sound, if the shop's model compares sounds."""
        try:
            heard = {at: self.hear(recording) for at, recording in recordings(query).items()}
        except (MissingExtra, ModelUnavailable):
            if not any(encoder.modality == "audio" for encoder in self.fits.unfitted()):
                raise
            return query, ()  # nothing listens to what is said; how it sounds can be compared
        return (listened(query, heard), tuple(heard.values())) if heard else (query, ())

    def suggest(self, prefix: str, k: int = 8, where: str | Filter | None = None) -> tuple[Suggestion, ...]:
        """What somebody who has typed ``prefix`` may go on to ask, at most ``k``: queries, categories and brands, the
        most frequent first, then products. With a filter only what products that pass it have, with their counts."""
        with self._live.use() as (version, index):
            if index is None:
                return ()
            return self._ready.completer(version, index).suggest(prefix, k, _checked(where, index))

    def count(self, where: str | Filter | None = None, words: str = "") -> int:
        """How many products pass a filter and have all words of a text. Raises :class:`QueryError`."""
        with self._live.use() as (version, index):
            if index is None:
                return 0
            checked = _checked(where, index)
            if words:
                return self._ready.completer(version, index).count(words, checked)
            return index.count(Match(where=checked))

    def trace(
        self,
        query: Query,
        *,
        ranking: RankingSettings | None = None,
        rules: Sequence[Rule] | None = None,
        wording: Wording | None = None,
    ) -> Trace:
        """Answer a question and keep all that the answer came from; ``wording`` takes the place of the shop's
        synonyms and stop words. Raises as :meth:`search`, and
        :class:`QueryError` when the shop is empty."""
        self._notice()
        with self._live.use() as (version, index):
            if index is None:
                raise QueryError(f"{self.path} is empty; add products first")
            how, _ = policy(index, self.settings, self.fits, ranking=ranking, rules=rules, wording=wording)
            query, _ = self.listened(query)
            searcher = self._searcher(version, index)
            query, _ = self._looker.look(query, self.settings, searcher.holds)
            return searcher.trace(query, how)

    def rehearse(
        self, query: Query, *, vectors: bool = False, fusion: FusionSettings | Fusion | None = None
    ) -> Rehearsal:
        """The candidates of a question, kept, so that many fusions can be tried on them without asking again.

        They are those of the channels that ``fusion``, or else the shop's own settings, give a weight. ``vectors``
        are kept too, which feature-level fusion needs (some 2 KB a candidate and channel). Raises as :meth:`search`.
        """
        with self._live.use() as (version, index):
            if index is None:
                return Rehearsal((), None)
            found = self._searcher(version, index).retrieve(
                query, policy(index, self.settings, self.fits, fusion=fusion)[0]
            )
            ids = self._store.ids(found.candidates.numbers)
            return Rehearsal(tuple(ids.get(n) for n in found.candidates.numbers), found.kept(vectors))

    @property
    def fit(self) -> str:
        """The fit that the shop works by; "" for the model as it comes."""
        version = self._versions.current()
        return self._versions.manifest(version).fit if version else ""

    @contextmanager
    def preview(
        self,
        version: str,
        *,
        folder: Path | None = None,
        ranking: RankingSettings | None = None,
        rules: Sequence[Rule] | None = None,
    ) -> Iterator[Callable[[Query], Results]]:
        """A search of a version that is not live, to try it; or of one in a copy of the shop, in ``folder``. Raises
        as :meth:`search`."""
        with self._ready.beside(version, folder, self.settings.media) as (searcher, index):
            how = policy(index, self.settings, self.fits, ranking=ranking, rules=rules)[0]
            yield lambda query: searcher.search(query, how)

    def features(self, tower: Tower) -> Iterator[tuple[Product, tuple[StoredMedia, ...], dict[str, Vectors]]]:
        """Every product with its media, and what a tower made of these: rows (tower.dims,) by content key.

        Read bit by bit, from what is kept: nothing is encoded.
        """
        for rows in self._store.scan():
            keys = {m.key for row in rows for m in row.media if m.key is not None and m.modality == tower.modality}
            found = self._store.features(keys, tower.fingerprint)
            for row in rows:
                yield row.product, row.media, {m.key: found[m.key] for m in row.media if m.key in found}

    def media_count(self) -> int:
        """How many pictures the products have."""
        return self._store.media_count()

    def changed_since(self, change: int) -> frozenset[str]:
        """The ids of products that came or changed after a change number (:attr:`ShopInfo.last_change`)."""
        found: set[str] = set()
        while changes := self._store.changes(change):
            found.update(self._store.ids([each.number for each in changes if not each.removed]).values())
            change = changes[-1].change
        return frozenset(found)

    def fusion(self, chosen: FusionSettings | None = None) -> Fusion:
        """The way to make one score of several that settings (default: the shop's own) name, with what was fitted to
        this shop. :class:`SetupError` for one that cannot be."""
        with self._live.use() as (_, index):
            return fused(index, chosen or self.settings.fusion, self.fits)

    def get(self, id: str) -> Product:
        """The product with an id. :class:`QueryError`, naming the nearest ids, when there is none."""
        return known(self._store, id)[1]

    def reception(self, id: str) -> Reception | None:
        """How a product was received by those who reviewed it; None without reviews. Raises as :meth:`get`."""
        known(self._store, id)
        return self._store.reviews.receptions([id]).get(id)

    def reviews(self, id: str) -> list[Review]:
        """The reviews of a product, also of one that the shop lacks as yet."""
        return self._store.reviews.of(id)

    def find(self, ids: Iterable[str]) -> dict[str, Product]:
        """The products of those ids that are known, by id."""
        return {id: product for id, (_, product) in self._store.get(ids).items()}

    def page(self, after: str = "", size: int = 100) -> list[Product]:
        """At most ``size`` products with ids above ``after``, in the order of ids: a walk that can be resumed."""
        return self._store.listed(after, size)

    def warnings(self, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """What is wrong with media of these products, by id; those whose media are all there are left out."""
        found: dict[str, list[str]] = {}
        for warned in self._store.warnings_of(ids):
            found.setdefault(warned.id, []).append(warned.warning)
        return {id: tuple(warnings) for id, warnings in found.items()}

    def vectors(self, channel: str, ids: Iterable[str]) -> dict[str, Vectors]:
        """The vectors that products have in a dense channel, float32 of shape (rows, dims); those without are left
        out."""
        with self._live.use() as (_, index):
            if index is None or channel not in {spec.name for spec in index.vectors}:
                return {}
            numbers = {number: id for id, (number, _) in self._store.get(ids).items()}
            return {numbers[number]: rows for number, rows in index.rows(list(numbers), channel).items()}

    def relations(self) -> Graph:
        """What products are to each other, to brands and to categories; products go by their numbers."""
        with self._live.use() as (version, index):
            graph: Graph = Graph() if index is None else self._ready.digests(version).latest().part("relations")
            return graph

    def related(self, id: str, limit: int = 100) -> list[tuple[str, Product]]:
        """Products that one has to do with, at most ``limit``, each with what it says of them ("has_accessory").
        :class:`QueryError` when there is no product of the id."""
        number, _ = known(self._store, id)
        edges = [edge for edge in self.relations().edges(number, limit) if edge.target is not None]
        found = self._store.products(edge.target for edge in edges if edge.target is not None)
        return [(edge.kind, found[edge.target]) for edge in edges if edge.target in found]

    def products(self) -> Iterator[Product]:
        """Every product, in the order in which they came; read bit by bit, so that a long walk holds nobody up.

        What is added meanwhile may or may not be met.
        """
        return (row.product for rows in self._store.scan() for row in rows)

    def media_bytes(self, medium: Media | MatchedMedia) -> bytes:
        """The bytes of a medium. :class:`~wares.errors.MediaError` when they cannot be had."""
        return media.read(medium.source, limits=self.settings.media)

    def info(self) -> ShopInfo:
        """What the shop holds."""
        with self._live.use() as (live, index):
            found = {} if index is None else index.fields()
            fields: dict[str, str] = {name: found[name].type for name in sorted(found)}
            channels = () if index is None else ("words", *(spec.name for spec in index.vectors))
            points = 0 if index is None else len(index)
        return ShopInfo(
            path=str(self.path),
            model=self.settings.model,
            products=len(self._store),
            media=self._store.media_count(),
            warnings=self._store.warning_count(),
            fields=fields,
            channels=channels,
            versions=tuple(self._ready.infos(live, points)) if live else (),
            last_change=self._store.last_change(),
            bytes_on_disk=places.room(self.path),
            read=tuple(self._store.extracts.tallies()),
            unread=self._store.extracts.problem_count(),
        )

    def fitted_fusions(self) -> list[str]:
        """The names of the fits that weigh the channels, the one made last first; see :class:`FusionSettings`."""
        return self.fits.fusions()

    def check(self) -> list[Check]:
        """A check-up: whether the store can be read, the index agrees with it, the model is there, and rules fire."""
        return checked(self.path, self._store, self._live, self.fits, self.settings, self.fit)

    def __len__(self) -> int:
        return len(self._store)

    def close(self) -> None:
        """Let go of files and locks."""
        self._writer.close()
        self._live.close()
        self._store.close()

    def __enter__(self) -> Shop:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- within -------------------------------------------------------------------------------------------------

    def _notice(self) -> None:
        if time.monotonic() - self._looked > NOTICE_S:
            self.refresh()

    def _take(self, saved: str) -> bool:
        """Work by settings as they are saved, unless they are those that were seen last."""
        if saved == self._saved or not saved:
            return False
        with self._noticing:
            if saved == self._saved:
                return False
            self._saved = saved
            try:
                found = read_settings(saved)
            except StoreError as damage:
                _log.error("the settings of %s stay as they are: %s", self.path, damage)
                return False
            if found == self.settings:
                return False
            if found.model != self.settings.model:
                _log.error("the settings of %s stay as they are: they are for the model %r", self.path, found.model)
                return False
            self.settings = self._writer.settings = found
            self._ready.forget()
            self._taken += 1
            return True

    def _searcher(self, version: str, index: Index) -> Searcher:
        return self._ready.searcher(version, index, self.settings.media)


def _silent(_: Progress) -> None:
    """Nobody listens."""


def _unheard(_id: str, _outcome: Outcome) -> None:
    """Nobody listens."""


def _checked(where: str | Filter | None, index: Index) -> Filter | None:
    parsed = filters.parse(where) if isinstance(where, str) and where.strip() else where
    return filters.check(parsed, index.fields()) if parsed else None  # type: ignore[arg-type]


def _another_model(folder: Path, own: str, wanted: str) -> str:
    return f"{folder} was made with the model {own!r}; index into a new folder to use {wanted!r}"
