"""Videos: what makes one vector of many shots, whether the right moment is found, and how fast.

    python -m benchmarks.footage [--data FOLDER] [--scratch FOLDER] [--model NAME] [--json]

The clips are 81 of groceries, CONSTRUCTED by panning over four real photos each (`video.dev.zip`: 160 pixels, 4
seconds, 8 frames a second, no sound); the catalogue is the 81 iconic pictures of `grocery.dev.zip`, one right for
each clip. R@1, R@5 and MRR by the cosine of the clip's vector with the pictures', `look` and `seen` weighed as the
shop weighs them. Frames are the key frames of shots ("content") or four at even distances ("every n-th"). What is
trained (attention, recurrent) learns to bring clips near their own picture (InfoNCE) on four fifths of the products
and is measured on the others, five times, so that every clip is measured once; 65 clips are few for it.
They need PyTorch; without it their rows stay empty.

Spans: twenty videos of four clips each, joined frame by frame in another order and encoded again; every part is asked
for by its title and by its iconic picture, and is right if the shot that is nearest lies in it (`inside`), with its
IoU. "By chance" is what a shot drawn by lot would have. Cuts are joints found within a quarter of a second; the clips
change their photo three times each, which are cuts as well.

Throughput: :func:`wares.media.watch` against PyAV that decodes the same files and does nothing else, in the same run.
"""

from __future__ import annotations

import argparse
import io
import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np

import wares
from benchmarks.catalogues import GOODS, Archive
from benchmarks.report import Cell, Report, Table, circumstances, main, options, tell
from benchmarks.shops import prepared
from wares import media
from wares.encoders import build
from wares.encoders.base import Encoder, unit
from wares.indexing import mean_of_shots
from wares.media.footage import Footage, Shot
from wares.ranking.fusion.base import WEIGHTS
from wares.records import Product
from wares.settings import Environment

SEED = 7
FOLDS = 5
PARTS, JOINED = 4, 20
ROUNDS = 5
#: Frames of a clip that are taken without looking at them.
EVEN = 4


class Clip(NamedTuple):
    """A clip, the product it shows, and its frames by both ways, each with the features of every picture tower."""

    data: bytes
    right: str
    footage: Footage
    content: Mapping[str, np.ndarray]
    even: Mapping[str, np.ndarray]


class Space(NamedTuple):
    """A picture encoder, the vectors of the catalogue, and what its cosine weighs."""

    encoder: Encoder
    catalogue: np.ndarray
    weight: float


def clips(archive: Archive, towers: Sequence[Any]) -> list[Clip]:
    made = []
    for row in archive.rows("videos.csv"):
        if row["kind"] != "derived":
            continue
        data = archive.read(row["video"])
        footage = media.watch(data)
        frames = [frame.to_image() for frame in decoded(data)]
        at = np.linspace(0, len(frames), EVEN, endpoint=False, dtype=int) + len(frames) // (2 * EVEN)
        content = [shot.frame for shot in footage.shots]
        made.append(
            Clip(
                data,
                row["product_id"],
                footage,
                {tower.fingerprint: tower.features(content) for tower in towers},
                {tower.fingerprint: tower.features([frames[n] for n in at]) for tower in towers},
            )
        )
    return made


def decoded(data: bytes) -> Iterator[Any]:
    """Every frame of a video, and nothing done with it."""
    with av.open(io.BytesIO(data)) as container:
        yield from container.decode(video=0)


# -- one vector of many -------------------------------------------------------------------------------------------


def mean_by_length(rows: np.ndarray, clip: Clip) -> np.ndarray:
    """What wares does: features of shots in proportion to how long they last."""
    return mean_of_shots(rows, [shot.end_s - shot.start_s for shot in clip.footage.shots])[None]


def mean(rows: np.ndarray, _: Clip) -> np.ndarray:
    return rows.mean(axis=0, keepdims=True)


def largest(rows: np.ndarray, _: Clip) -> np.ndarray:
    """Element by element, of features that are not negative."""
    return rows.max(axis=0, keepdims=True)


def attention(rows: np.ndarray, _: Clip) -> np.ndarray:
    """Weighed by how near each frame is to their mean: softmax of cosines at a temperature of a tenth."""
    near = unit(rows) @ unit(rows.mean(axis=0, keepdims=True)).T / 0.1
    weights = np.exp(near - near.max())
    return (rows * weights / weights.sum()).sum(axis=0, keepdims=True)


def each(rows: np.ndarray, _: Clip) -> np.ndarray:
    """No one vector: the best of all."""
    return rows


POOLED: Mapping[str, tuple[str, Callable[[np.ndarray, Clip], np.ndarray]]] = {
    "mean of shots by their length (wares)": ("content", mean_by_length),
    "mean of shots": ("content", mean),
    "mean of every n-th frame": ("even", mean),
    "largest of shots": ("content", largest),
    "attention to the mean": ("content", attention),
    "best single shot": ("content", each),
    "best of every n-th frame": ("even", each),
}


def scores(
    found: Sequence[Clip], spaces: Sequence[Space], frames: str, pool: Callable[..., np.ndarray]
) -> np.ndarray:
    """Clips by catalogue: the best cosine of a clip's rows, summed over the spaces."""
    total = np.zeros((len(found), len(spaces[0].catalogue)))
    for space in spaces:
        for at, clip in enumerate(found):
            rows = pool(getattr(clip, frames)[space.encoder.tower.fingerprint], clip)
            total[at] += space.weight * (space.encoder.project(rows) @ space.catalogue.T).max(axis=0)
    return total


def marks(scored: np.ndarray, right: np.ndarray) -> tuple[float, float, float]:
    """R@1, R@5 and MRR."""
    own = scored[np.arange(len(right)), right][:, None]
    ranks = (scored > own).sum(axis=1)
    return float((ranks == 0).mean()), float((ranks < 5).mean()), float((1 / (ranks + 1)).mean())


def trained(
    found: Sequence[Clip], spaces: Sequence[Space], right: np.ndarray, made: Callable[[int], Any]
) -> np.ndarray | None:
    """Clips by catalogue, each by a model that has not met its product."""
    try:
        import torch
    except ModuleNotFoundError:
        return None
    total = np.zeros((len(found), len(spaces[0].catalogue)))
    fold = np.random.default_rng(SEED).permutation(len(spaces[0].catalogue)) % FOLDS
    for space, out in itertools.product(spaces, range(FOLDS)):
        torch.manual_seed(SEED)
        rows = [space.encoder.project(clip.content[space.encoder.tower.fingerprint]) for clip in found]
        model = made(rows[0].shape[1])
        goods = torch.tensor(space.catalogue)
        taught = [at for at in range(len(found)) if fold[right[at]] != out]
        kept = torch.tensor(np.flatnonzero(fold != out))
        place = {int(number): at for at, number in enumerate(kept)}
        wanted = torch.tensor([place[int(right[at])] for at in taught])
        steps = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.1)
        for _ in range(150):
            vectors = torch.stack([model(torch.tensor(rows[at])) for at in taught])
            loss = torch.nn.functional.cross_entropy(vectors @ goods[kept].T / 0.05, wanted)
            steps.zero_grad()
            loss.backward()
            steps.step()
        with torch.no_grad():
            for at in range(len(found)):
                if fold[right[at]] == out:
                    total[at] += space.weight * (model(torch.tensor(rows[at])) @ goods.T).numpy()
    return total


def attention_model(dims: int) -> Any:
    """A learned weight for each frame."""
    import torch

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.ask = torch.nn.Linear(dims, 1)

        def forward(self, rows: Any) -> Any:
            weights = torch.softmax(self.ask(rows), dim=0)
            return torch.nn.functional.normalize((weights * rows).sum(dim=0), dim=0)

    return Model()


def recurrent_model(dims: int) -> Any:
    """A gated recurrent unit over the frames in their order, whose last state is added to their mean."""
    import torch

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gru = torch.nn.GRU(dims, 64)
            self.out = torch.nn.Linear(64, dims)
            torch.nn.init.zeros_(self.out.weight)
            torch.nn.init.zeros_(self.out.bias)

        def forward(self, rows: Any) -> Any:
            _, last = self.gru(rows[:, None])
            return torch.nn.functional.normalize(rows.mean(dim=0) + self.out(last[0, 0]), dim=0)

    return Model()


def moved_model(dims: int) -> Any:
    """No order and no weights: the mean, moved by as small a network as the recurrent one moves it by."""
    import torch

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = torch.nn.Linear(dims, 64)
            self.out = torch.nn.Linear(64, dims)
            torch.nn.init.zeros_(self.out.weight)
            torch.nn.init.zeros_(self.out.bias)

        def forward(self, rows: Any) -> Any:
            mean = rows.mean(dim=0)
            return torch.nn.functional.normalize(mean + self.out(torch.tanh(self.hidden(mean))), dim=0)

    return Model()


TRAINED: Mapping[str, Callable[[int], Any]] = {
    "attention, trained (5 folds)": attention_model,
    "recurrent, trained (5 folds)": recurrent_model,
    "the mean, moved by a trained layer (5 folds)": moved_model,
}


def pooled(found: Sequence[Clip], spaces: Sequence[Space], right: np.ndarray) -> Iterator[Sequence[Cell]]:
    for name, (frames, pool) in POOLED.items():
        yield name, *marks(scores(found, spaces, frames, pool), right)
    for name, made in TRAINED.items():
        tell(name)
        scored = trained(found, spaces, right, made)
        yield name, *((None,) * 3 if scored is None else marks(scored, right))


# -- in a shop ----------------------------------------------------------------------------------------------------


def in_a_shop(found: Sequence[Clip], products: Sequence[Product], shop: wares.Shop) -> Iterator[Sequence[Cell]]:
    """Rows: what is asked, R@1, R@5, MRR. The word is the product's kind, which several products share."""
    kind = {product.id: product.category[-1] for product in products}
    ways: Mapping[str, Callable[[Clip], Any]] = {
        "its kind in words": lambda clip: shop.search(kind[clip.right], k=81),
        "the clip": lambda clip: shop.search(video=clip.data, k=81),
        "the clip and its kind in words": lambda clip: shop.search(kind[clip.right], video=clip.data, k=81),
    }
    for name, ask in ways.items():
        ranks = []
        for clip in found:
            ids = [hit.id for hit in ask(clip).hits]
            ranks.append(ids.index(clip.right) if clip.right in ids else np.inf)
        places = np.array(ranks)
        yield (
            name,
            *(float(value) for value in ((places == 0).mean(), (places < 5).mean(), (1 / (places + 1)).mean())),
        )


# -- the right moment ---------------------------------------------------------------------------------------------


class Joined(NamedTuple):
    """Clips in one video: which, where each begins and ends, and what was seen in it."""

    parts: tuple[int, ...]
    begins: tuple[float, ...]
    ends: tuple[float, ...]
    footage: Footage


def joined(found: Sequence[Clip]) -> Iterator[Joined]:
    chance = np.random.default_rng(SEED)
    for _ in range(JOINED):
        parts = tuple(int(at) for at in chance.permutation(len(found))[:PARTS])
        pieces = [[frame.to_ndarray(format="rgb24") for frame in decoded(found[at].data)] for at in parts]
        stops = list(itertools.accumulate(len(piece) / 8 for piece in pieces))
        yield Joined(parts, (0.0, *stops[:-1]), tuple(stops), media.watch(encoded(itertools.chain(*pieces))))


def encoded(frames: Iterator[np.ndarray]) -> bytes:
    """Eight frames a second as MPEG-4."""
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=8)
        stream.bit_rate = 2_000_000
        for at, array in enumerate(frames):
            if not at:
                stream.height, stream.width = array.shape[:2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(array, format="rgb24")))
        container.mux(stream.encode())
    return target.getvalue()


def moments(
    videos: Sequence[Joined], found: Sequence[Clip], products: Sequence[Product], encoders: Sequence[Encoder]
) -> Iterator[Sequence[Cell]]:
    """Rows: what is asked, how many, share inside, mean IoU of those, by chance."""
    numbers = {product.id: at for at, product in enumerate(products)}
    pictures = [media.picture(Path(str(product.media[0].source)).read_bytes()) for product in products]
    by_channel = {encoder.channel: encoder for encoder in encoders}
    asked = {
        "titles, in seen": (by_channel["seen.text"].encode([p.title for p in products]), ("seen.image",)),
        "pictures, in look": (by_channel["look.image"].encode(pictures), ("look.image",)),
        "pictures, in seen": (by_channel["seen.image"].encode(pictures), ("seen.image",)),
    }
    for name, (questions, (channel,)) in asked.items():
        inside, overlaps, chance = [], [], []
        for video in videos:
            shots = video.footage.shots
            rows = by_channel[channel].encode([shot.frame for shot in shots])
            for part, begin, end in zip(video.parts, video.begins, video.ends, strict=True):
                best = shots[int((rows @ questions[numbers[found[part].right]]).argmax())]
                inside.append(_inside(best, begin, end))
                chance.append(np.mean([_inside(shot, begin, end) for shot in shots]))
                if inside[-1]:
                    overlaps.append((min(best.end_s, end) - max(best.start_s, begin)) / (end - begin))
        yield name, len(inside), float(np.mean(inside)), float(np.mean(overlaps)), float(np.mean(chance))


def _inside(shot: Shot, begin: float, end: float) -> bool:
    return begin <= (shot.start_s + shot.end_s) / 2 <= end


def cuts(videos: Sequence[Joined]) -> Iterator[Sequence[Cell]]:
    """Rows: joints, found, shots a video, photos a video."""
    hit = every = shots = 0
    for video in videos:
        starts = [shot.start_s for shot in video.footage.shots]
        every += len(video.begins) - 1
        hit += sum(any(abs(start - begin) <= 0.25 for start in starts) for begin in video.begins[1:])
        shots += len(starts)
    yield "joined clips", every, hit / every, shots / len(videos), 4.0 * PARTS


# -- how fast -----------------------------------------------------------------------------------------------------


def speeds(archive: Archive, tower: Any) -> Iterator[Sequence[Cell]]:
    """Rows: file, frames, frames a second bare, watched, watched and encoded; medians of interleaved rounds."""
    for row in archive.rows("videos.csv"):
        if row["kind"] != "real":
            continue
        data = archive.read(row["video"])
        frames = sum(1 for _ in decoded(data))
        times: dict[str, list[float]] = {"bare": [], "watch": [], "encode": []}
        for _ in range(ROUNDS):
            began = time.perf_counter()
            for _frame in decoded(data):
                pass
            times["bare"].append(time.perf_counter() - began)
            began = time.perf_counter()
            footage = media.watch(data)
            times["watch"].append(time.perf_counter() - began)
            if footage.shots:
                tower.features([shot.frame for shot in footage.shots])
            times["encode"].append(time.perf_counter() - began)
        rates = [frames / statistics.median(times[way]) for way in ("bare", "watch", "encode")]
        size = f"{row['label']}, {row['width']}x{row['height']}"
        yield size, frames, len(footage.shots), *rates, rates[1] / rates[0]


def measure(arguments: argparse.Namespace) -> Report:
    environment = Environment.read()
    encoders = build(arguments.model, environment)
    seeing = [encoder for encoder in encoders if encoder.modality == "image"]
    towers = list({encoder.tower.fingerprint: encoder.tower for encoder in seeing}.values())
    archive = Archive(arguments.data, "video.dev.zip")
    products = GOODS["grocery"].products(arguments.data, arguments.scratch)
    pictures = [media.picture(Path(str(product.media[0].source)).read_bytes()) for product in products]
    spaces = [Space(e, e.encode(pictures), WEIGHTS.get(f"video.{e.channel}", WEIGHTS["video.image"])) for e in seeing]
    tell("watching the clips")
    found = clips(archive, towers)
    number = {product.id: at for at, product in enumerate(products)}
    right = np.array([number[clip.right] for clip in found])
    tables = [
        Table(
            "Clip → product: one vector of many shots",
            ("way", "R@1", "R@5", "MRR"),
            list(pooled(found, spaces, right)),
        )
    ]
    folder = prepared("groceries", products, arguments.model, arguments.scratch, environment)
    with wares.Shop.open(folder, create=False, environment=environment) as shop:
        rows = list(in_a_shop(found, products, shop))
    tables.append(Table("Clip → product: in a shop, as people search it", ("asked with", "R@1", "R@5", "MRR"), rows))
    tell("joining clips")
    videos = list(joined(found))
    tables += [
        Table(
            "The right moment of joined clips",
            ("asked with", "n", "inside", "IoU of these", "by chance"),
            list(moments(videos, found, products, encoders)),
        ),
        Table("Cuts", ("", "joints", "found", "shots a video", "photos a video"), list(cuts(videos))),
        Table(
            f"Frames a second, medians of {ROUNDS} interleaved rounds",
            ("file", "frames", "shots", "PyAV alone", "watched", "watched and encoded", "watched / alone"),
            list(speeds(archive, towers[0])),
        ),
    ]
    shots = [len(clip.footage.shots) for clip in found]
    spread = f"{min(shots)} to {max(shots)}, mean {np.mean(shots):.1f}"
    note = f"{len(found)} clips, {len(products)} products; shots a clip: {spread}"
    about = circumstances("benchmarks.footage", arguments.model, {e.channel: e.fingerprint for e in seeing})
    return Report(about, tables, (note,))


if __name__ == "__main__":
    raise SystemExit(main(options("benchmarks.footage", str(__doc__)), measure))
