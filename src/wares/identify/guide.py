"""What a shop's own pictures taught: how to read each field and how sure that is, and what is foreign; kept on disk.

SHOP/index/000007/identify.bin      MessagePack; it goes with its version, and is made anew when missing
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from wares.errors import StoreError
from wares.identify.calibration import Calibrator
from wares.identify.evidence import Mix
from wares.identify.fields import Field
from wares.identify.novelty import Bounds
from wares.index import atomic

if TYPE_CHECKING:
    from wares.encoders.base import Vectors

FILE, FORMAT = "identify.bin", 1


class Labels(msgspec.Struct, frozen=True):
    """Unit vectors of the names of the first values of a field, (values, dims) in half precision."""

    dims: int
    rows: bytes

    @classmethod
    def of(cls, vectors: Vectors) -> Labels:
        return cls(vectors.shape[1], vectors.astype("<f2").tobytes())

    def vectors(self) -> Vectors:
        return np.frombuffer(self.rows, "<f2").reshape(-1, self.dims).astype(np.float32)


class FieldGuide(msgspec.Struct, frozen=True, kw_only=True):
    """How one field is read.

    ``asked`` pictures were asked of whose value another product has, too; of the whole value ``right`` is the share
    that was answered right, and ``usual`` what the most frequent value alone would have got. ``sure`` has a curve for
    each level, None where fewer than fifty pictures tell.
    """

    field: Field
    mix: Mix
    sure: tuple[Calibrator | None, ...]
    asked: int
    right: float
    usual: float
    labels: Labels | None = None


class Guide(msgspec.Struct, frozen=True, kw_only=True):
    """All that was learnt, of ``products`` products up to a change of the store; ``pictures`` were asked."""

    format: int = FORMAT
    products: int
    change: int
    pictures: int
    fields: tuple[FieldGuide, ...]
    bounds: Bounds | None

    def save(self, folder: Path) -> None:
        """Keep it, if that can be: where nothing can be written it is made again next time."""
        with suppress(StoreError):
            atomic.write(folder / FILE, msgspec.msgpack.encode(self))


def load(folder: Path) -> Guide | None:
    """What was kept in a folder; None when there is nothing, or nothing that can be used."""
    try:
        found = msgspec.msgpack.decode((folder / FILE).read_bytes(), type=Guide)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return found if found.format == FORMAT else None
