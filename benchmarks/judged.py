"""The judged questions of the development sets, and what to bear in mind when figures on them are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec

from benchmarks.catalogues import GOODS, Archive
from benchmarks.pictures import translated
from wares.records import Part, Query

#: How many products are looked at.
DEPTH = 100

#: Ways of asking one index: all of its channels as the shop does it, or only some of them.
WORDS_ALONE, VECTORS_ALONE, PICTURES_ALONE, HYBRID = "BM25 alone", "vectors alone", "pictures alone", "hybrid"


class Task(msgspec.Struct, frozen=True):
    """Questions to the shop of some goods. ``only`` is how their ids begin; ``pictures`` says that they are pictures;
    ``weakness`` is what to bear in mind when its figures are read."""

    goods: str
    questions: str = "queries.tsv"
    judgments: str = "qrels.tsv"
    ways: tuple[str, ...] = (WORDS_ALONE, VECTORS_ALONE, HYBRID)
    only: str = ""
    pictures: bool = False
    in_chinese: bool = False
    weakness: str = ""


_SEEN = (WORDS_ALONE, VECTORS_ALONE, PICTURES_ALONE, HYBRID)
_DERIVED = (
    "the questions are derived from labels and favour words that stand in titles: read pictures alone beside it"
)
_ATTRIBUTES = Task("fashion", "attr_queries.tsv", "attr_qrels.tsv", _SEEN, weakness=_DERIVED)

TASKS: Mapping[str, Task] = {
    "icecat": Task("icecat", weakness="67 questions only"),
    "crowdflower": Task(
        "crowdflower", weakness="judged from the results of other engines: what they missed is unjudged"
    ),
    "chinese": Task(
        "chinese",
        "taobao_queries.tsv",
        "taobao_qrels.tsv",
        weakness="judgments are derived from spans of the titles: words are right by construction",
    ),
    "fashion": _ATTRIBUTES,
    "fashion in chinese": msgspec.structs.replace(
        _ATTRIBUTES,
        in_chinese=True,
        weakness="the questions of fashion word by word, where benchmarks/pictures.py knows the words; English goods",
    ),
    "fashion titles": Task(
        "fashion",
        "marqo_queries.tsv",
        "marqo_qrels.tsv",
        (PICTURES_ALONE,),
        only="mq-title-",
        weakness="a title, and its own photo sought among all: words would find the title itself",
    ),
    "grocery": Task(
        "grocery",
        "image_queries.tsv",
        "image_qrels.tsv",
        (HYBRID,),
        pictures=True,
        weakness="phone photos of shelves against 81 product pictures; gain 3 the product, 1 its kind",
    ),
}


class Questions(msgspec.Struct, frozen=True):
    """Questions by id, the gains of each, and the ids of those without a relevant product."""

    asked: Mapping[str, Query]
    gains: Mapping[str, Mapping[str, int]]
    hopeless: Sequence[str]


def questions(task: Task, data: Path, scratch: Path, ids: Collection[str], limit: int | None = None) -> Questions:
    """At most ``limit`` questions of a task, and the judgments about products that the shop has."""
    archive = Archive(data, GOODS[task.goods].file)
    judged = archive.judgments(task.judgments)
    asked: dict[str, Query] = {}
    gains: dict[str, Mapping[str, int]] = {}
    hopeless = []
    for id, text in archive.pairs(task.questions).items():
        if not id.startswith(task.only):
            continue
        said = translated(text) if task.in_chinese else text
        if not said or len(asked) == limit:
            continue
        gains[id] = {product: gain for product, gain in judged.get(id, {}).items() if product in ids}
        if not any(gain > 0 for gain in gains[id].values()):
            hopeless.append(id)
        elif task.pictures:
            picture = archive.unpack(said, scratch / "pictures" / task.goods)
            asked[id] = Query(parts=(Part("image", str(picture)),), limit=DEPTH)
        else:
            asked[id] = Query(parts=(Part("text", said),), limit=DEPTH)
    return Questions(asked, gains, hopeless)
