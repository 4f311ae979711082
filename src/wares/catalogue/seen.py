"""Which ids have been seen, and where, in 16 bytes a slot instead of the hundred and more of a dictionary of text."""

from __future__ import annotations

from array import array

_LINE_BITS = 48
_LINES = (1 << _LINE_BITS) - 1


class Seen:
    """An open-addressing table of 64-bit hashes with the place of each.

    Two different ids are taken for the same when their hashes are: for n ids with a chance of about n² / 2⁶⁵, one in
    37 million for a feed of a million. Python seeds the hash anew in every process: no feed can be made to collide.
    """

    def __init__(self) -> None:
        self._size = 1 << 12
        self._used = 0
        self._hashes = array("Q", [0]) * self._size
        self._places = array("Q", [0]) * self._size

    def add(self, name: str, source: int, line: int) -> tuple[int, int] | None:
        """Remember an id at a source's number and a line. Where it was before, if it was; the first place stays."""
        mark = hash(name) & 0xFFFF_FFFF_FFFF_FFFF or 1  # 0 marks a free slot
        slot = self._slot(mark)
        if self._hashes[slot]:
            place = self._places[slot]
            return place >> _LINE_BITS, place & _LINES
        self._hashes[slot] = mark
        self._places[slot] = source << _LINE_BITS | line
        self._used += 1
        if self._used * 3 > self._size * 2:
            self._grow()
        return None

    def _slot(self, mark: int) -> int:
        hashes, mask = self._hashes, self._size - 1
        slot = mark & mask
        while (held := hashes[slot]) and held != mark:
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        hashes, places = self._hashes, self._places
        self._size *= 2
        self._hashes = array("Q", [0]) * self._size
        self._places = array("Q", [0]) * self._size
        for mark, place in zip(hashes, places, strict=True):
            if mark:
                slot = self._slot(mark)
                self._hashes[slot], self._places[slot] = mark, place
