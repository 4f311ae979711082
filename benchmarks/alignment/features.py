"""The pictures of the development sets as rows of features, worked out once and kept in a scratch folder.

Rows are kept by set and by the fingerprint of the tower, so a tower that changes is run anew. Where a number stands
in a row is told by the tower's module (``wares.encoders.efficientnet.POOLED`` and its like), never here.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from benchmarks.pictures import DATA, Rows, Set
from wares.encoders.base import Tower
from wares.settings import Environment

if TYPE_CHECKING:
    from wares.encoders.base import Content

FILES: Mapping[str, str] = {
    "fashion": "fashion_kagl",
    "grocery": "grocery",
    "clothing": "clothing_cc0",
    "emoji": "emoji_objects",
    "stamps": "tuxpaint_stamps",
}
_BATCH = 64


class Shot(NamedTuple):
    """A phone photo of a product. ``query`` is the id of the question it is, "" for one that may be learned from."""

    picture: str
    product: str
    query: str


class Pictured(NamedTuple):
    """A set with the rows of its pictures: those of the products first, in the order of the table, then the shots."""

    name: str
    data: Set
    shots: Sequence[Shot]
    rows: Rows
    digests: Sequence[str]

    @property
    def products(self) -> Sequence[Mapping[str, str]]:
        return self.data.products

    @property
    def own(self) -> Rows:
        """The rows of the products' own pictures."""
        return self.rows[: len(self.products)]

    def shot_rows(self, wanted: Iterable[int]) -> Rows:
        """The rows of some shots, by their places in ``shots``."""
        return self.rows[[len(self.products) + at for at in wanted]]


def load(
    towers: Sequence[Tower],
    names: Iterable[str] = FILES,
    *,
    folder: Path = DATA,
    scratch: Path | None = None,
) -> dict[str, Pictured]:
    """The sets by name. Features of several ``towers`` stand side by side in a row, in the order given."""
    kept = scratch or Environment.read().cache / "benchmarks" / "alignment"
    sets = {}
    for name in names:
        data = Set(folder / f"{FILES[name]}.dev.zip")
        shots = _shots(data) if name == "grocery" else []
        pictures = [*(row["image"] for row in data.products), *(shot.picture for shot in shots)]
        digests = [hashlib.sha256(data.content(picture)).hexdigest() for picture in pictures]
        columns = [_features(tower, name, data, pictures, digests, kept) for tower in towers]
        sets[name] = Pictured(name, data, shots, np.concatenate(columns, axis=1), digests)
    return sets


class Remembered(Tower):
    """A tower of texts that keeps what it has encoded, in memory and (by :meth:`save`) in the scratch folder."""

    def __init__(self, tower: Tower, scratch: Path | None = None) -> None:
        self._tower = tower
        self.name, self.modality = tower.name, tower.modality
        self.fingerprint, self.dims, self.batch_size = tower.fingerprint, tower.dims, tower.batch_size
        key = hashlib.sha256(tower.fingerprint.encode()).hexdigest()[:16]
        kept = scratch or Environment.read().cache / "benchmarks" / "alignment"
        self._path = kept / f"texts-{key}.npz"
        self._known: dict[str, Rows] = {}
        if self._path.exists():
            with np.load(self._path) as stored:
                self._known = dict(zip(stored["texts"].tolist(), stored["rows"], strict=True))

    def encode_batch(self, batch: Sequence[Content]) -> Rows:
        texts = cast("Sequence[str]", batch)
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known |= zip(new, self._tower.features(new), strict=True)
        return np.stack([self._known[text] for text in texts])

    def save(self) -> None:
        if self._known:
            texts, rows = zip(*((t, row) for t, row in self._known.items() if "\0" not in t), strict=True)
            _store(self._path, texts=np.array(texts), rows=np.stack(rows))


def _features(
    tower: Tower, name: str, data: Set, pictures: Sequence[str], digests: Sequence[str], kept: Path
) -> Rows:
    made_from = "\n".join([tower.fingerprint, *digests])
    path = kept / f"{name}-{hashlib.sha256(made_from.encode()).hexdigest()[:16]}.npz"
    if path.exists():
        with np.load(path) as stored:
            rows: Rows = stored["rows"]
            return rows
    batches = (pictures[start : start + _BATCH] for start in range(0, len(pictures), _BATCH))
    rows = np.concatenate([tower.features([data.picture(picture) for picture in batch]) for batch in batches])
    _store(path, rows=rows)
    return rows


def _store(path: Path, **arrays: np.ndarray) -> None:
    """Write by rename, so that a reader sees all or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        np.savez(file, **arrays)
    Path(file.name).replace(path)


def _shots(data: Set) -> list[Shot]:
    """The phone photos: those that ask, and of the others those of the training part that are not held back.

    :class:`ValueError` when a photo that asks has the bytes of one that may be learned from.
    """
    queries = {picture: query for query, picture in data.pairs("image_queries.tsv")}
    shots = []
    for row in csv.DictReader(io.StringIO(data.text("natural_images.csv"))):
        if row["image"] in queries:
            shots.append(Shot(row["image"], row["product_id"], queries[row["image"]]))
        elif row["official_split"] == "train" and row["split"] == "dev":
            shots.append(Shot(row["image"], row["product_id"], ""))
    contents = {asks: {data.content(s.picture) for s in shots if bool(s.query) is asks} for asks in (True, False)}
    if contents[True] & contents[False]:
        raise ValueError("a grocery photo that asks is also one that is learned from")
    return shots
