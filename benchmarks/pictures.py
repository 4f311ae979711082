"""Pictures: how well words find them, how well they find their like, and how fast they are encoded.

    python benchmarks/pictures.py [FOLDER OF THE DATA SETS]

Nothing is trained on any of the sets. What was chosen (the weight of colours, how many classes a picture may be, the
dimensions of a look) was chosen on the titles and queries whose md5 is even; what is printed is measured on the odd
ones. nDCG@10 takes gains as graded (fashion: 3 all facets, 1 same type; groceries: 3 the product, 1
its kind), unjudged counting as irrelevant. The fashion queries are made from labels; nothing but the picture is
searched here. The Chinese ones are a word-by-word translation of those whose words are in the table below.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL.Image import Image

from wares import models
from wares.encoders import build, conse, texture
from wares.encoders.base import Encoder, Tower
from wares.encoders.efficientnet import CARD
from wares.encoders.look import SPACE as LOOK
from wares.encoders.sessions import Session, cores
from wares.evaluation.measures import parse, score
from wares.media import decode_image
from wares.settings import Environment

DATA = Path(__file__).parents[2] / "shared" / "data"
DEPTH = 100
#: Look-alikes are sought for so many pictures.
PROBES = 1000

#: The words of the fashion queries as they stand there (plurals are cut clumsily), and the same in Chinese.
_WORDS = """
men 男, women 女, unisex 男女通用, boys 男童, girls 女童, black 黑色, blue 蓝色, navy 藏青色,
red 红色, white 白色, grey 灰色, purple 紫色, pink 粉色, brown 棕色, yellow 黄色, green 绿色,
olive 橄榄绿, beige 米色, orange 橙色, maroon 酒红色, silver 银色, charcoal 炭灰色, tan 棕褐色,
cream 奶油色, shoe 鞋, casual 休闲, sports 运动, formal 正装, tshirt T恤, shirt 衬衫,
sweater 毛衣, watche 手表, sandal 凉鞋, flip 人字, flop 拖鞋, top 上衣, kurta 库尔塔长衫,
kurti 短款库尔塔, sweatshirt 卫衣, brief 内裤, trouser 裤子, sock 袜子, cap 帽子, wallet 钱包,
sunglasse 太阳镜, belt 腰带, short 短裤, heel 高跟鞋, tie 领带, jacket 夹克, handbag 手提包,
backpack 双肩包, vest 背心, innerwear 内衣, skirt 裙子, laptop 电脑, bag 包, deodorant 止汗喷雾,
trunk 平角裤, track 运动, pant 裤, saree 纱丽, scarve 围巾, jean 牛仔裤, flat 平底鞋, bra 胸罩,
dresse 连衣裙, stocking 长袜
"""
CHINESE = dict(re.findall(r"(\w+) (\w+)", _WORDS))

Rows = npt.NDArray[np.float32]


class Line(NamedTuple):
    """One line of what is printed."""

    what: str
    pool: int
    queries: int
    measure: str
    value: float


class Set:
    """The products and files of one zip."""

    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path)
        self._members = {name.partition("/")[2]: name for name in self._archive.namelist()}
        self._members |= {name: name for name in self._archive.namelist()}
        self.products = list(csv.DictReader(io.StringIO(self.text("products.csv"))))

    def text(self, name: str) -> str:
        return self._archive.read(self._members[name]).decode()

    def pairs(self, name: str) -> list[list[str]]:
        return [line.split("\t") for line in self.text(name).splitlines()]

    def content(self, name: str) -> bytes:
        return self._archive.read(self._members[name])

    def picture(self, name: str) -> Image:
        return decode_image(self.content(name), name=name)

    def features(self, encoder: Encoder, names: Iterable[str]) -> Rows:
        size = encoder.tower.batch_size * 4
        names = list(names)
        batches = (names[start : start + size] for start in range(0, len(names), size))
        return np.concatenate([encoder.tower.features([self.picture(name) for name in batch]) for batch in batches])


def main(folder: Path) -> None:
    environment = Environment.read()
    model = {encoder.channel: encoder for name in ("default", "basic") for encoder in build(name, environment)}
    named, look, plain = (model[f"{space}.image"] for space in (conse.SPACE, LOOK, texture.SPACE))
    words = model[f"{conse.SPACE}.text"]
    print(f"{'set and question':<68}{'pool':>6}{'queries':>9}  measure", flush=True)
    fashion, grocery, stamps = (
        Set(folder / f"{name}.dev.zip") for name in ("fashion_kagl", "grocery", "tuxpaint_stamps")
    )
    shots = [name for _, name in grocery.pairs("image_queries.tsv")]
    seen = {
        "fashion": fashion.features(named, (row["image"] for row in fashion.products)),
        "grocery": grocery.features(named, [*(row["image"] for row in grocery.products), *shots]),
        "stamps": stamps.features(named, (row["image"] for row in stamps.products)),
    }
    outlines = {
        "fashion": fashion.features(plain, (row["image"] for row in fashion.products)),
        "grocery": grocery.features(plain, [*(row["image"] for row in grocery.products), *shots]),
    }
    show(words_find_fashion(fashion, words, named.project(seen["fashion"])))
    show(words_find_stamps(stamps, words, named.project(seen["stamps"])))
    show(shots_find_names(grocery, words, named.project(seen["grocery"])))
    for encoder, features in ((look, seen), (plain, outlines)):
        show(look_alikes(fashion, encoder.project(features["fashion"]), encoder.space))
        show(shots_find_pictures(grocery, encoder.project(features["grocery"]), encoder.space))
    show_speed(named.tower, [fashion.picture(row["image"]) for row in fashion.products[:256]], environment)


def show(lines: Iterable[Line]) -> None:
    for line in lines:
        print(f"{line.what:<68}{line.pool:>6}{line.queries:>9}  {line.measure:<10}{line.value:>6.3f}", flush=True)


def words_find_fashion(data: Set, words: Encoder, pictures: Rows) -> Iterable[Line]:
    held = [index for index, row in enumerate(data.products) if odd(row["title"])]
    rows, pool = [data.products[index] for index in held], pictures[held]
    own = {row["id"]: {row["id"]: 1} for row in rows}
    titles = dict.fromkeys(row["title"] for row in rows)
    vectors = dict(zip(titles, words.encode(list(titles)), strict=True))
    asked = {row["id"]: vectors[row["title"]] for row in rows}
    for measure in ("R@1", "R@10"):
        value = measured(measure, own, asked, [row["id"] for row in rows], pool)
        yield Line("fashion: a title finds its own picture", len(rows), len(rows), measure, value)

    ids = [row["id"] for row in data.products]
    judged = gains_of(data.pairs("attr_qrels.tsv"))
    english = {query: text for query, text in data.pairs("attr_queries.tsv") if odd(query)}
    chinese = {query: translated(text) for query, text in english.items()}
    for language, queries in (("English", english), ("Chinese", {q: t for q, t in chinese.items() if t})):
        asked = dict(zip(queries, words.encode(list(queries.values())), strict=True))
        value = measured(
            "nDCG@10", {query: judged[query] for query in queries if query in judged}, asked, ids, pictures
        )
        yield Line(f"fashion: attributes in {language} find pictures", len(ids), len(queries), "nDCG@10", value)

    for column in ("category", "colour"):
        labels = [row[column].split("/")[-1] for row in rows]
        names = sorted({label for label in labels if label})
        best = np.array(names)[(pool @ words.encode(names).T).argmax(axis=1)]
        known = np.array([bool(label) for label in labels])
        right = float((best == np.array(labels))[known].mean())
        yield Line(
            f"fashion: a picture finds its {column} among {len(names)}", len(names), int(known.sum()), "R@1", right
        )


def words_find_stamps(data: Set, words: Encoder, pictures: Rows) -> Iterable[Line]:
    ids = [row["id"] for row in data.products]
    for language, column in (("English", "title"), ("Chinese", "title_zh_cn")):
        captions = {row["id"]: row[column] for row in data.products if row[column]}
        asked = dict(zip(captions, words.encode(list(captions.values())), strict=True))
        own = {id_: {id_: 1} for id_ in captions}
        value = measured("R@1", own, asked, ids, pictures)
        yield Line(f"stamps: a caption in {language} finds its picture", len(ids), len(captions), "R@1", value)


def shots_find_names(data: Set, words: Encoder, pictures: Rows) -> Iterable[Line]:
    ids = [row["id"] for row in data.products]
    names = words.encode([row["title"] for row in data.products])
    yield from shots("groceries: a phone photo finds the name", data, pictures, ids, names)


def shots_find_pictures(data: Set, pictures: Rows, space: str) -> Iterable[Line]:
    ids = [row["id"] for row in data.products]
    yield from shots(
        f"groceries: a phone photo finds the product ({space})", data, pictures, ids, pictures[: len(ids)]
    )


def shots(what: str, data: Set, pictures: Rows, ids: list[str], pool: Rows) -> Iterable[Line]:
    queries = [query for query, _ in data.pairs("image_queries.tsv")]
    asked = {query: row for query, row in zip(queries, pictures[len(ids) :], strict=True) if odd(query)}
    judged = gains_of(row for row in data.pairs("image_qrels.tsv") if row[0] in asked)
    yield Line(what, len(ids), len(asked), "nDCG@10", measured("nDCG@10", judged, asked, ids, pool))
    # One product is the right one: the reciprocal rank cut at one is how often it comes first.
    yield Line(what, len(ids), len(asked), "R@1", measured("RR(rel=3)@1", judged, asked, ids, pool))


def look_alikes(data: Set, pictures: Rows, space: str) -> Iterable[Line]:
    held = [index for index, row in enumerate(data.products) if odd(row["title"])]
    pool = pictures[held]
    category = np.array([data.products[index]["category"] for index in held])
    colour = np.array([data.products[index]["colour"] for index in held])
    scores = pool[:PROBES] @ pool.T
    np.fill_diagonal(scores, -np.inf)
    best = np.argpartition(-scores, 10, axis=1)[:, :10]
    same = category[best] == category[:PROBES, None]
    both = same & (colour[best] == colour[:PROBES, None])
    yield Line(
        f"fashion: look-alikes of the same category ({space})", len(held), len(scores), "P@10", float(same.mean())
    )
    yield Line(
        f"fashion: of the same category and colour ({space})", len(held), len(scores), "P@10", float(both.mean())
    )


def show_speed(tower: Tower, pictures: Sequence[Image], environment: Environment) -> None:
    """The tower against nothing but its network, fed with ready pixels by as many threads."""
    session = Session(models.path(CARD, environment))
    pixels = {"pixels": np.zeros((1, 3, 260, 260), np.float32)}
    rounds = []
    with ThreadPoolExecutor(cores()) as pool:
        for _ in range(3):  # in turns, and the best of each, since other work on the machine only slows
            bare = seconds(lambda: list(pool.map(lambda _: session.run(["pooled", "stages"], pixels), pictures)))
            rounds.append((seconds(lambda: tower.features(pictures)), bare))
    whole, bare = (len(pictures) / min(times) for times in zip(*rounds, strict=True))
    print(f"pictures per second: {whole:.0f}; the network alone {bare:.0f}; {whole / bare:.0%}")


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def gains_of(judged: Iterable[Sequence[str]]) -> dict[str, dict[str, int]]:
    """The lines of a qrels file as gains by query and product."""
    gains: dict[str, dict[str, int]] = {}
    for query, _, id_, gain in judged:
        gains.setdefault(query, {})[id_] = int(gain)
    return gains


def measured(
    name: str,
    judged: Mapping[str, Mapping[str, int]],
    asked: Mapping[str, Rows],
    ids: Sequence[str],
    pool: Rows,
) -> float:
    """The mean of a measure when every query's vector is compared with every row of the pool."""
    measure = parse(name)
    values = []
    for query, gains in judged.items():
        best = np.argsort(-(pool @ asked[query]), kind="stable")[:DEPTH]
        values.append(score([measure], gains, [ids[i] for i in best])[str(measure)])
    return float(np.mean(values))


def translated(text: str) -> str:
    """Word by word; empty when a word is not in the table."""
    words = [CHINESE.get(word, "") for word in text.split()]
    return "".join(words) if all(words) else ""


def odd(name: str) -> bool:
    """Whether a title or a query is of the half that figures are measured on."""
    return bool(hashlib.md5(name.encode(), usedforsecurity=False).digest()[0] & 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
