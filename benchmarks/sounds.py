"""Sounds: how well they find what makes them, how well words find them, and what is made of a strange one.

    python -m benchmarks.sounds [FOLDER OF THE DATA SETS]

A quarter of all recordings is held out, by lot, five times; medians stand first, then the lowest and the highest. Two
takes of one recording, and one instrument at other pitches, are never on both sides. The head is trained on the other
three quarters by the shipped recipe. A "thing" is a row of ``sound_names.tsv``: only clips count whose thing is among
those trained on. "MFCC" is the baseline of wares: the label of the nearest clip by its summary.

Products are titles: one for each thing, below, and the first thousand titles each of two other sets as distractors,
without those that name a thing. A sound of a thing that two titles could be meant by has both right.
"Mixed" are questions with the last word or two of a category beside the sound, "brass" or "chainsaws", by the sum of
the cosines of both; a sound that asks nothing leaves the words alone.
The sounds of the stamps (GPL-2, evaluation only) are foreign: short, processed, mostly of animals. Their titles are
the products there. What is spoken in them, noise, and silence are sounds that should find nothing.
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from wares.encoders.base import Encoder, unit
from wares.encoders.classic import mfcc
from wares.encoders.hearing import SoundTower
from wares.encoders.sounds import Hearing, shipped, sound_encoders, sources
from wares.encoders.use import UseTower
from wares.fit.sounds.clips import Clip, read
from wares.fit.sounds.training import Recipe, learn, lesson
from wares.media.decoding import Decoder
from wares.media.sounds import RATE, Sound
from wares.settings import Environment

DATA = Path(__file__).parents[2] / "shared" / "data"
#: Other splits than those that the recipe was chosen on.
SEEDS = range(10, 15)
Marks = dict[str, float]
Vectors = npt.NDArray[np.float32]

#: A product for each row of ``sound_names.tsv``, as a shop would title it.
TITLES = """
40 cm petrol chainsaw with spare chain | Ocean sounds relaxation CD | Free-range whole chicken, 1.4 kg
Soft tissues, box of 100 | Folding umbrella, windproof | Electric fireplace with log effect
RC helicopter with gyro, ready to fly | Dry dog food, adult, 12 kg | Wooden wall clock, 30 cm
Newborn baby starter set | Applause button toy | Corded desk telephone | Belt-drive record player
Tabla set with cushions and hammer | 5-piece drum kit with cymbals | 26" timpani with gauge
Percussion set for schools | 61-key synthesizer | Groovebox with sampler | Digital grand piano, black
Stage piano, 73 keys | Harpsichord, single manual | Home organ, two manuals | 72-bass accordion
Blues harmonica in C | Steel-string acoustic guitar | Electric guitar starter pack | 3/4 double bass with bow
4-string bass guitar | 4/4 violin outfit with case | 4/4 cello with bow | String ensemble sample library
Celtic harp, 36 strings | Choir sample library | Bb trumpet, lacquered | Tenor trombone with case
BBb tuba, four valves | Double French horn | Brass band sample library | Alto saxophone in Eb
Bb clarinet, ebonite | Student oboe | Bassoon, maple | Silver-plated flute | Soprano recorder
Pan flute, 22 pipes | Wooden music box | Vibraphone, 3 octaves | Xylophone, rosewood | 17-key kalimba
Steel drum, tenor | Scottish bagpipes | Sitar with case | Koto, 13 strings | 5-string banjo | Hammered dulcimer
"""
CATALOGUE = [title.strip() for line in TITLES.strip().splitlines() for title in line.split("|")]


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    environment = Environment.read()
    texts = Encoder(UseTower(environment), "use")
    clips = read(folder, sources())
    assert len(CATALOGUE) == len(sources())
    others = [title for title in _distractors(folder) if not _names_a_thing(title)]
    vectors = texts.encode([*CATALOGUE, *others])
    base = np.stack([mfcc.summary(clip.sound) for clip in clips])
    runs: list[Marks] = []
    certain: list[Marks] = []
    best: list[Marks] = []
    foreign = _stamps(folder)
    for seed in SEEDS:
        out = held_out(clips, seed)
        recipe = Recipe(seed=seed)
        taught = [clip for clip, is_out in zip(clips, out, strict=True) if not is_out]
        held = [clip for clip, is_out in zip(clips, out, strict=True) if is_out]
        hearing = learn(lesson(taught, recipe), len(sources()), recipe)
        found = sound_encoders(texts, environment, hearing)
        marks = _telling(taught, held, hearing, base[~out], base[out])
        marks |= _finding(taught, held, found, vectors, base[~out], base[out])
        runs.append(marks)
        certain.append(_strange(held, foreign, hearing))
        best.append(_best(taught, held, foreign, found, [*CATALOGUE], others))
    _print(f"Held out, {len(clips)} clips, {len(others)} other titles", runs)
    _print("How certain: 10th percentile, median, 90th", certain)
    _print("The best cosine of a question: 5th percentile, median, 95th", best)
    _print("The shipped head on the stamps", [_on_stamps(foreign, texts, environment)])


def held_out(clips: Sequence[Clip], seed: int) -> np.ndarray:
    """A quarter of the recordings."""
    recordings = sorted({clip.recording for clip in clips})
    np.random.default_rng(seed).shuffle(recordings)
    chosen = set(recordings[: len(recordings) // 4])
    return np.array([clip.recording in chosen for clip in clips])


def _telling(taught: Sequence[Clip], held: Sequence[Clip], hearing: Hearing, old: Vectors, new: Vectors) -> Marks:
    """Which thing, and which category."""
    said = hearing.head(SoundTower().features([clip.sound for clip in held]))[:, :-1].argmax(axis=1)
    middle, spread = old.mean(axis=0), old.std(axis=0) + 1e-6
    nearest = (unit((new - middle) / spread) @ unit((old - middle) / spread).T).argmax(axis=1)
    ways = {
        "head": said,
        "MFCC": np.array([taught[at].source for at in nearest]),
    }
    category = {clip.source: clip.category for clip in taught}
    named = np.array([clip.source for clip in held])
    known = np.isin(named, [clip.source for clip in taught])
    nature = np.array([clip.id.startswith("esc") for clip in held])
    marks: Marks = {}
    for way, told in ways.items():
        right = told == named
        marks[f"thing · {way}"] = float(right[known].mean())
        marks[f"thing, environment · {way}"] = float(right[known & nature].mean())
        marks[f"thing, instruments · {way}"] = float(right[known & ~nature].mean())
        same = [category.get(int(one)) == clip.category for one, clip in zip(told, held, strict=True)]
        marks[f"category · {way}"] = float(np.mean(same))
    return marks


def _finding(
    taught: Sequence[Clip],
    held: Sequence[Clip],
    found: Sequence[Encoder],
    titles: Vectors,
    old: Vectors,
    new: Vectors,
) -> Marks:
    """Sounds and words, sounds and titles, sounds and their like; by clips whose thing was trained on."""
    words, sounding, spoken, timbre = found
    known = [clip for clip in held if clip.source in {one.source for one in taught}]
    named = np.array([clip.source for clip in known])
    features = SoundTower().features([clip.sound for clip in known])
    places = sounding.project(features)
    marks: Marks = {}
    for language in ("english", "chinese"):
        names = words.encode([getattr(source, language)[0] for source in sources()])
        ranks = _ranks(places @ names.T, named)
        marks |= {f"sound → {language} name, R@{k}": float((ranks < k).mean()) for k in (1, 5)}
        asked = np.unique(named)
        order = np.argsort(-(names[asked] @ places.T), axis=1)
        hits = named[order] == asked[:, None]
        marks |= {f"{language} name → sounds, R@{k}": float(hits[:, :k].any(axis=1).mean()) for k in (1, 5)}
    scores = spoken.project(features) @ titles.T
    ranks = _ranks(scores, named)
    marks |= {f"sound → title, R@{k}": float((ranks < k).mean()) for k in (1, 5)}
    marks["asks nothing"] = float((~scores.any(axis=1)).mean())
    leaves = [clip.category.split("/")[-1].lower() for clip in known]
    worded = words.tower.features(leaves) @ titles.T
    for way, mixed in (("words alone", worded), ("words and sound", worded + scores)):
        ranks = _ranks(mixed, named)
        marks |= {f"mixed → title, R@{k} · {way}": float((ranks < k).mean()) for k in (1, 5)}
    marks["sound → title, cosine of the best"] = float(np.median(scores.max(axis=1)))
    known_rows = np.isin([clip.source for clip in held], [one.source for one in taught])
    middle, spread = old.mean(axis=0), old.std(axis=0) + 1e-6
    store = np.array([clip.source for clip in taught])
    rows = SoundTower().features([clip.sound for clip in taught])
    pairs: dict[str, tuple[Vectors, Vectors]] = {
        "timbre": (timbre.project(features), timbre.project(rows)),
        "sounding": (places, sounding.project(rows)),
        "MFCC": (unit((new[known_rows] - middle) / spread), unit((old - middle) / spread)),
    }
    for way, (asked_rows, kept) in pairs.items():
        order = np.argsort(-(asked_rows @ kept.T), axis=1)[:, :5]
        marks[f"sound → sounds, P@5 · {way}"] = float((store[order] == named[:, None]).mean())
    return marks


def _ranks(scores: Vectors, right: np.ndarray) -> np.ndarray:
    """How many are before the right one; a row of zeros finds nothing."""
    own = scores[np.arange(len(right)), right][:, None]
    ranks = (scores > own).sum(axis=1)
    return np.where(scores.any(axis=1), ranks, scores.shape[1])


def _strange(held: Sequence[Clip], foreign: Sequence[tuple[str, str, Sound]], hearing: Hearing) -> Marks:
    """How certain a head is of what it knows and of what is strange."""
    chance = np.random.default_rng(7)
    sets = {
        "held out": [clip.sound for clip in held],
        "stamps, sounds": [sound for kind, _, sound in foreign if kind == "sound"],
        "stamps, spoken": [sound for kind, _, sound in foreign if kind == "spoken"],
        "white noise": [Sound(chance.normal(0, 0.1, RATE * 2).astype(np.float32)) for _ in range(20)],
        "silence": [Sound(np.zeros(RATE, np.float32))],
    }
    marks: Marks = {}
    for name, sounds in sets.items():
        certain = hearing.likely(SoundTower().features(sounds)).sum(axis=1)
        low, middle, high = np.percentile(certain, (10, 50, 90))
        marks |= {f"{name}, 10 %": float(low), f"{name}, 50 %": float(middle), f"{name}, 90 %": float(high)}
        marks[f"{name}, asks texts"] = float((certain >= 0.5).mean())
    return marks


def _best(
    taught: Sequence[Clip],
    held: Sequence[Clip],
    foreign: Sequence[tuple[str, str, Sound]],
    found: Sequence[Encoder],
    titles: Sequence[str],
    others: Sequence[str],
) -> Marks:
    """What the best of the clips trained on, or of the titles, reaches: for floors."""
    words, sounding, spoken, timbre = found
    shop = [clip.sound for clip in taught]
    asked = [clip.sound for clip in held if clip.source in {one.source for one in taught}]
    voices = [sound for kind, _, sound in foreign if kind == "spoken"]
    names = [sources()[at].english[0] for at in sorted({clip.source for clip in taught})]
    use = Encoder(words.tower, "use").encode(titles)
    pairs = {
        "names of things → sounds": words.encode(names) @ sounding.encode(shop).T,
        "other titles → sounds": words.encode(others[:300]) @ sounding.encode(shop).T,
        "sounds → sounds, sounding": sounding.encode(asked) @ sounding.encode(shop).T,
        "speech → sounds, sounding": sounding.encode(voices) @ sounding.encode(shop).T,
        "sounds → sounds, timbre": timbre.encode(asked) @ timbre.encode(shop).T,
        "speech → sounds, timbre": timbre.encode(voices) @ timbre.encode(shop).T,
        "sounds → titles": spoken.encode(asked) @ use.T,
    }
    marks: Marks = {}
    for name, scores in pairs.items():
        best = scores.max(axis=1)
        low, middle, high = np.percentile(best[best > 0], (5, 50, 95))
        marks |= {f"{name}, 5 %": float(low), f"{name}, 50 %": float(middle), f"{name}, 95 %": float(high)}
    return marks


def _on_stamps(foreign: Sequence[tuple[str, str, Sound]], texts: Encoder, environment: Environment) -> Marks:
    """Sounds of the stamps among the titles of the stamps that have one."""
    words, sounding, spoken, _ = sound_encoders(texts, environment, shipped())
    own = [(title, sound) for kind, title, sound in foreign if kind == "sound"]
    titles = sorted({title for title, _ in own})
    right = np.array([titles.index(title) for title, _ in own])
    features = SoundTower().features([sound for _, sound in own])
    ways = {
        "words of the space of sounds": sounding.project(features) @ words.encode(titles).T,
        "titles": spoken.project(features) @ texts.encode(titles).T,
    }
    marks: Marks = {"sounds": len(own), "titles": len(titles)}
    for way, scores in ways.items():
        ranks = _ranks(scores, right)
        marks |= {f"sound → {way}, R@{k}": float((ranks < k).mean()) for k in (1, 10)}
    return marks


def _stamps(folder: Path) -> list[tuple[str, str, Sound]]:
    """Kind ("sound" or "spoken"), English title, sound; of each."""
    found = []
    with zipfile.ZipFile(folder / "tuxpaint_stamps.dev.zip") as archive, Decoder() as decoder:
        titles = {row["id"]: row["title"] for row in _table(archive, "products.csv")}
        for row in _table(archive, "audio.csv"):
            if row["kind"] == "sound" or row["lang"] == "en":
                sound = decoder.sound(archive.read(row["audio"]), name=row["audio"])
                found.append((row["kind"], titles.get(row["product_id"], row["text"]), sound))
    return found


def _distractors(folder: Path) -> Iterator[str]:
    for name in ("icecat_chorus", "homedepot"):
        with zipfile.ZipFile(folder / f"{name}.dev.zip") as archive:
            member = next(one for one in archive.namelist() if one.endswith("products.csv"))
            rows = list(_table(archive, member))[:1000]
        yield from (row["title"] for row in rows if row.get("title"))


def _names_a_thing(title: str) -> bool:
    words = {word for source in sources() for name in source.english for word in name.lower().split()}
    return any(word in words for word in title.lower().split())


def _table(archive: zipfile.ZipFile, name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(io.TextIOWrapper(archive.open(name), "utf-8"))


def _print(title: str, runs: Sequence[Marks], median: Callable[..., float] = np.median) -> None:
    print(f"\n## {title}\n\n| | median | lowest | highest |\n|---|---:|---:|---:|")
    for name in runs[0]:
        values = [marks[name] for marks in runs]
        print(f"| {name} | {median(values):.3f} | {min(values):.3f} | {max(values):.3f} |")


if __name__ == "__main__":
    main()
