"""What is in media, read after products were added: words with their places, and what videos show, shot by shot.

It is slow work (a second for a picture, a tenth of the length of a sound), so it is a job of its own, bounded and
resumable: one content after the other, each kept as soon as it is read, in one transaction that lets the products
that show it change. What was read is not read again before its extractor is another.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import msgspec

from wares import extraction, media
from wares.encoders.base import Encoder
from wares.errors import MediaError, MissingExtra, ModelUnavailable, SetupError
from wares.extraction.base import Extractor
from wares.indexing import mean_of_shots, towers_of
from wares.media import decoding
from wares.media.footage import Footage
from wares.media.sounds import Sound
from wares.records import Modality, Segment
from wares.registry import nearest
from wares.reports import ExtractReport, OnProgress, Progress
from wares.settings import Environment, ExtractionSettings, MediaLimits, Settings
from wares.store.entries import Features, StoredMedia, shot_key, sound_key
from wares.store.extracts import SEGMENTED, Extract
from wares.store.store import Store

if TYPE_CHECKING:
    from wares.encoders.base import Vectors
    from wares.extraction.base import Content

Found: TypeAlias = "tuple[dict[str, Extract], Features]"

#: Changes whenever the same video would be cut otherwise.
SHOTS, SOUNDS = "shots:1", "sounds:1"
#: The modalities that need a library to be read.
_DECODED = ("audio", "video")
#: A sound is compared in stretches of so many seconds, as many of them as that.
STRETCH_S, MOST_STRETCHES = 10.0, 60
#: Bounds on a medium's passages: an hour of speech, a page of small print.
MAX_PASSAGES, MAX_TEXT = 2_000, 1_000
#: How many problems are told one by one.
TOLD = 100


def check(settings: ExtractionSettings) -> None:
    """:class:`SetupError` when the settings name what there is not."""
    known = [*extraction.names(), *SEGMENTED]
    for name in settings.take:
        if name not in known:
            raise SetupError(f"extraction.take: unknown name {name!r}; {nearest(name, known)}")


def modalities(settings: ExtractionSettings) -> frozenset[Modality]:
    """The modalities of media that are read, as far as is known without loading anything."""
    every: frozenset[Modality] = frozenset({"image", "audio", "video"})
    found: frozenset[Modality] = frozenset()
    return found.union(*(_READ.get(name, every) for name in settings.take))


_READ: Mapping[str, frozenset[Modality]] = {
    "shots": frozenset({"video"}),
    "sounds": frozenset({"audio", "video"}),
    **extraction.READS,
}


class _Task(NamedTuple):
    """A content, the extractors that have not read it yet, and whether its shots and its sound are wanted."""

    key: str
    medium: StoredMedia
    extractors: Sequence[Extractor]
    shots: bool
    sounds: bool


class Extraction:
    """One run over a store. It is not for two processes at once."""

    def __init__(
        self, store: Store, settings: Settings, environment: Environment, encoders: Sequence[Encoder]
    ) -> None:
        check(settings.extraction)
        self._store = store
        self._take = settings.extraction
        self._limits = settings.media
        self._environment = environment
        towers = towers_of(encoders).values()
        self._seeing = [tower for tower in towers if tower.modality == "image"]
        self._hearing = [tower for tower in towers if tower.modality == "audio"]
        self._notes: list[str] = []
        self._report = ExtractReport()

    def run(self, tell: OnProgress) -> Iterator[None]:
        """Read what was not read yet; a step of the iteration is a content that was kept."""
        started = time.monotonic()
        tasks = list(self._tasks())
        for done, (task, (found, features)) in enumerate(self._answered(tasks), 1):
            self._store.extracts.put(task.key, found, features)
            self._note(task, found)
            tell(Progress("reading media", done, len(tasks)))
            yield
        seconds = round(time.monotonic() - started, 3)
        self._report = msgspec.structs.replace(self._report, seconds=seconds, notes=tuple(self._notes))

    def report(self) -> ExtractReport:
        """What the run did."""
        return self._report

    def _tasks(self) -> Iterator[_Task]:
        wanted = modalities(self._take)
        if not wanted:
            return
        extractors: list[Extractor] | None = None
        for batch in self._store.extracts.contents(wanted):
            if any(medium.modality in _DECODED for _, medium in batch) and not self._decodes():
                batch = [(key, medium) for key, medium in batch if medium.modality not in _DECODED]
            if extractors is None:  # loaded when there is something to read
                extractors = list(self._extractors({medium.modality for _, medium in batch}))
            yield from self._lacking(batch, extractors)

    def _decodes(self) -> bool:
        """Whether sounds and videos can be read; that they cannot is noted."""
        try:
            decoding.check()
        except MissingExtra as lacking:
            self._notes = list(dict.fromkeys([*self._notes, str(lacking)]))
            return False
        return True

    def _extractors(self, modalities: set[Modality]) -> Iterator[Extractor]:
        for name in self._take.take:
            if name in SEGMENTED or not (extraction.READS.get(name, modalities) & modalities):
                continue
            try:
                yield extraction.build(name, self._environment, self._take)
            except (MissingExtra, ModelUnavailable) as lacking:
                self._notes.append(str(lacking))

    def _lacking(self, batch: Sequence[tuple[str, StoredMedia]], extractors: Sequence[Extractor]) -> Iterator[_Task]:
        keys = [key for key, _ in batch]
        open_ = {e.name: self._store.extracts.lacking(keys, e.name, e.fingerprint) for e in extractors}
        unseen = self._untaken("shots", SHOTS, batch, ("video",))
        unheard = self._untaken("sounds", SOUNDS, batch, ("audio", "video")) if self._hearing else set()
        for key, medium in batch:
            reading = [e for e in extractors if medium.modality in e.modalities and key in open_[e.name]]
            if reading or key in unseen or key in unheard:
                yield _Task(key, medium, reading, key in unseen, key in unheard)

    def _untaken(
        self, name: str, fingerprint: str, batch: Sequence[tuple[str, StoredMedia]], modalities: Sequence[Modality]
    ) -> set[str]:
        """The contents of some modalities of which something is wanted and was not taken yet."""
        if name not in self._take.take:
            return set()
        keys = [key for key, medium in batch if medium.modality in modalities]
        return self._store.extracts.lacking(keys, name, fingerprint)

    def _answered(self, tasks: Sequence[_Task]) -> Iterator[tuple[_Task, Found]]:
        """What is found, as it is found; no more contents are held than are being read."""
        waiting: dict[Future[Found], _Task] = {}
        rest = iter(tasks)
        with ThreadPoolExecutor(self._take.workers, thread_name_prefix="extracting") as pool:
            try:
                for task in rest:
                    waiting[pool.submit(self._read, task)] = task
                    if len(waiting) > self._take.workers:
                        yield from _done(waiting)
                while waiting:
                    yield from _done(waiting)
            finally:
                pool.shutdown(cancel_futures=True)

    def _read(self, task: _Task) -> Found:
        try:
            content = _content(task.medium, self._limits)
        except MediaError as broken:
            return _broken(task, str(broken)), {}
        found = {extractor.name: _extract(extractor, content) for extractor in task.extractors}
        features: dict[tuple[str, str], Vectors] = {}
        if task.shots:
            assert isinstance(content, Footage)
            segments = tuple(Segment(start_s=s.start_s, end_s=s.end_s, poster_s=s.poster_s) for s in content.shots)
            found["shots"] = Extract(fingerprint=SHOTS, segments=segments)
            features |= self._seen(task.key, content)
        if task.sounds:
            sound = content.sound if isinstance(content, Footage) else content
            assert sound is None or isinstance(sound, Sound)
            stretches = [] if sound is None else list(_stretches(sound))
            found["sounds"] = Extract(fingerprint=SOUNDS, segments=tuple(segment for segment, _ in stretches))
            features |= self._heard(task.key, [part for _, part in stretches])
        return found, features

    def _heard(self, key: str, parts: Sequence[Sound]) -> dict[tuple[str, str], Vectors]:
        """A row for each stretch of a sound."""
        return {
            (sound_key(key, at), tower.fingerprint): row
            for tower in self._hearing
            for at, row in enumerate(tower.features(parts))
        }

    def _seen(self, key: str, footage: Footage) -> dict[tuple[str, str], Vectors]:
        """A row for each shot, and their mean for the whole, in proportion to how long they last."""
        made: dict[tuple[str, str], Vectors] = {}
        if footage.shots:
            seconds = [shot.end_s - shot.start_s for shot in footage.shots]
            for tower in self._seeing:
                rows = tower.features([shot.frame for shot in footage.shots])
                made |= {(shot_key(key, at), tower.fingerprint): row for at, row in enumerate(rows)}
                made[key, tower.fingerprint] = mean_of_shots(rows, seconds)
        return made

    def _note(self, task: _Task, found: Mapping[str, Extract]) -> None:
        broken = dict.fromkeys(one.problem for one in found.values() if one.problem)
        now = self._report
        self._report = msgspec.structs.replace(
            now,
            read=now.read + 1,
            passages=now.passages + sum(len(one.passages) for one in found.values()),
            segments=now.segments + sum(len(one.segments) for one in found.values()),
            problems=(*now.problems, *broken)[:TOLD],
            problem_count=now.problem_count + len(broken),
        )


def _done(waiting: dict[Future[Found], _Task]) -> Iterator[tuple[_Task, Found]]:
    finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in finished:
        yield waiting.pop(future), future.result()


def _content(medium: StoredMedia, limits: MediaLimits) -> Content:
    """What extractors read. :class:`MediaError` when it cannot be had, or is no longer what it was."""
    data = media.read(medium.source, limits=limits)
    if media.content_key(data) != medium.key:
        raise MediaError("is another now than when it was indexed; index the feed again", source=medium.source)
    return _DECODERS[medium.modality](data, limits, media.shown(medium.source))


_DECODERS: Mapping[str, Callable[[bytes, MediaLimits, str], Content]] = {
    "image": media.decode_image,
    "audio": media.decode_sound,
    "video": media.watch,
    "text": lambda data, limits, name: media.subtitles(data, name),
}


def _extract(extractor: Extractor, content: Content) -> Extract:
    try:
        passages = extractor.extract(content)
    except MediaError as broken:
        return Extract(fingerprint=extractor.fingerprint, problem=str(broken))
    kept = tuple(
        passage if len(passage.text) <= MAX_TEXT else msgspec.structs.replace(passage, text=passage.text[:MAX_TEXT])
        for passage in passages[:MAX_PASSAGES]
    )
    return Extract(fingerprint=extractor.fingerprint, passages=kept)


def _broken(task: _Task, problem: str) -> dict[str, Extract]:
    found = {one.name: Extract(fingerprint=one.fingerprint, problem=problem) for one in task.extractors}
    taken = {"shots": SHOTS} if task.shots else {}
    taken |= {"sounds": SOUNDS} if task.sounds else {}
    return found | {name: Extract(fingerprint=mark, problem=problem) for name, mark in taken.items()}


def _stretches(sound: Sound) -> Iterator[tuple[Segment, Sound]]:
    """Stretches of a sound, of equal length but for the last one, which is not much shorter."""
    length = round(STRETCH_S * sound.rate)
    count = min(max(1, round(len(sound.samples) / length)), MOST_STRETCHES)
    for at in range(count):
        start = at * length
        end = len(sound.samples) if at == count - 1 else start + length
        piece = sound.samples[start : min(end, start + 2 * length)]
        yield Segment(start_s=start / sound.rate, end_s=(start + len(piece)) / sound.rate), Sound(piece, sound.rate)
