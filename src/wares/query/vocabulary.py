"""The words and phrases of a catalogue, learnt while it is indexed: what spelling and suggestions are read from."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any, Self

import msgspec
import numpy as np

from wares.learnt import Learnt
from wares.query.tables import Phrases, Words
from wares.query.tallies import Counters, Tally

if TYPE_CHECKING:
    from wares.store.entries import Stored

FORMAT = "wares vocabulary 1"


class Segment(msgspec.Struct, frozen=True):
    """The tables of one half."""

    words: Words
    phrases: Phrases


class _File(msgspec.Struct, frozen=True):
    """What a vocabulary is kept as; ``tally`` is read only when more is learnt."""

    format: str
    segment: Segment
    tally: bytes


class Vocabulary(Learnt):
    """The words of a catalogue with the number of products that have them, and phrases to suggest.

    What is asked of it is asked of both halves; a count is the sum of theirs.
    """

    def __init__(self) -> None:
        self._counters = Counters()
        self._kept: tuple[bytes, ...] = ()  # tallies that were read and not yet counted in
        self._segments: tuple[Segment, ...] | None = None

    def learn(self, rows: Sequence[Stored]) -> None:
        """Count products. One that comes again is counted again."""
        self._thaw()
        self._segments = None
        for row in rows:
            self._counters.take(row.product)
        self._counters.trim()

    def over(self, base: Self) -> Self:
        """Both as one; in no time, as neither's tables are touched."""
        made = type(self)()
        made._segments = (*base.segments, *self.segments)
        made._kept = (*base._tallies(), *self._tallies())
        return made

    def pack(self) -> bytes:
        """As :class:`~wares.learnt.Learnt` says; a vocabulary of two halves is packed as one."""
        tally = self.tally()
        segment = self.segments[0] if len(self.segments) == 1 else _segment(tally)
        return _encode(_File(FORMAT, segment, zlib.compress(msgspec.msgpack.encode(tally), 1)))

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """As :class:`~wares.learnt.Learnt` says."""
        try:
            file = _decode(data)
        except (msgspec.MsgspecError, ValueError, TypeError) as wrong:
            raise ValueError(f"this is no vocabulary: {wrong}") from wrong
        if file.format != FORMAT:
            raise ValueError(f"this is a vocabulary of another kind: {file.format[:40]!r}")
        made = cls()
        made._segments = (file.segment,)
        made._kept = (file.tally,)
        return made

    # -- reading ------------------------------------------------------------------------------------------------

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The tables, those of the whole catalogue first."""
        if self._segments is None:
            self._segments = (_segment(self.tally()),)
        return self._segments

    def count(self, word: str) -> int:
        """How many products have a folded word."""
        return sum(segment.words.count(word) for segment in self.segments)

    def pair(self, first: str, second: str) -> int:
        """How many titles have two folded words side by side."""
        return sum(segment.words.pair(first, second) for segment in self.segments)

    def enough(self, most: int) -> int:
        """In how many products something has to be seen to count: one, and one for every thousand, but at most so
        many."""
        return min(most, 1 + sum(segment.words.products for segment in self.segments) // 1000)

    def near(self, word: str, most: int) -> list[str]:
        """Words whose distance to a word is at most ``most`` (1 or 2; see :class:`Deletes`), and some others."""
        return list(dict.fromkeys(one for segment in self.segments for one in segment.words.near(word, most)))

    def sounding_like(self, sound: str) -> list[str]:
        """The Chinese words that are typed so in pinyin, without tones."""
        return list(dict.fromkeys(one for segment in self.segments for one in segment.words.sounding_like(sound)))

    @property
    def longest_sound(self) -> int:
        """How many letters the longest of them has in pinyin; 0: there are no Chinese words."""
        return max(segment.words.longest_sound for segment in self.segments)

    def tally(self) -> Tally:
        """What was counted, in both halves."""
        tallies = [*(_tally(kept) for kept in self._kept), self._counters.tally()]
        return reduce(Tally.plus, tallies) if len(tallies) > 1 else tallies[0]

    # -- within -------------------------------------------------------------------------------------------------

    def _thaw(self) -> None:
        if self._kept:
            self._counters = Counters(self.tally())
            self._kept = ()

    def _tallies(self) -> Iterator[bytes]:
        yield from self._kept
        if self._counters.products:
            yield zlib.compress(msgspec.msgpack.encode(self._counters.tally()), 1)


def _segment(tally: Tally) -> Segment:
    return Segment(Words.of(tally), Phrases.of(tally))


def _tally(kept: bytes) -> Tally:
    return msgspec.msgpack.decode(zlib.decompress(kept), type=Tally)


def _array_out(value: Any) -> Any:
    return value.dtype.str, value.tobytes()


def _array_in(kind: Any, value: Any) -> Any:
    dtype, data = value
    return np.frombuffer(data, np.dtype(dtype))


_encode = msgspec.msgpack.Encoder(enc_hook=_array_out).encode
_decode = msgspec.msgpack.Decoder(_File, dec_hook=_array_in).decode
