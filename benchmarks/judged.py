"""The judged questions of the development sets, and what to bear in mind when figures on them are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from benchmarks.catalogues import GOODS, Archive
from benchmarks.pictures import translated
from wares.evaluation.records import Asked, Judgments, QuerySet
from wares.records import Part, Query

#: Systems of ``wares evaluate``, the first of which is the baseline.
IN_WORDS = ("bm25", "vectors", "shop")
IN_BOTH = ("bm25", "vectors", "pictures", "shop")


class Task(msgspec.Struct, frozen=True):
    """Questions to the shop of some goods. ``only`` is how their ids begin, and every ``every``-th of them is asked;
    ``pictures`` says that they are pictures; ``weakness`` is what to bear in mind when its figures are read."""

    goods: str
    questions: str = "queries.tsv"
    judgments: str = "qrels.tsv"
    systems: tuple[str, ...] = IN_WORDS
    only: tuple[str, ...] = ("",)
    every: int = 1
    pictures: bool = False
    in_chinese: bool = False
    weakness: str = ""


_ATTRIBUTES = Task(
    "fashion",
    "attr_queries.tsv",
    "attr_qrels.tsv",
    IN_BOTH,
    weakness="the questions are derived from labels and favour words that stand in titles: read pictures beside it",
)

TASKS: Mapping[str, Task] = {
    "icecat": Task("icecat", weakness="67 questions only"),
    "crowdflower": Task(
        "crowdflower", weakness="judged from the results of other engines: what they missed is unjudged"
    ),
    "homedepot": Task(
        "homedepot",
        every=6,
        weakness="every sixth question; about six judged products a question, all else counts as wrong: made to "
        "re-rank, so figures are low and only differences mean something",
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
        ("pictures",),
        only=("mq-title-",),
        weakness="a title, and its own photo sought among all: words would find the title itself",
    ),
    "fashion labels": Task(
        "fashion",
        "marqo_queries.tsv",
        "marqo_qrels.tsv",
        IN_BOTH,
        only=("mq-category", "mq-baseColour-", "mq-season-", "mq-usage-"),
        weakness="one label a question, with up to thousands of right products: recall cannot be high",
    ),
    "grocery": Task(
        "grocery",
        "image_queries.tsv",
        "image_qrels.tsv",
        ("shop",),
        pictures=True,
        weakness="phone photos of shelves against 81 product pictures; gain 3 the product, 1 its kind",
    ),
}


def questions(
    name: str, data: Path, scratch: Path, ids: Collection[str], limit: int | None = None
) -> tuple[QuerySet, Judgments]:
    """At most ``limit`` questions of a task, and the judgments about products that the shop has."""
    task = TASKS[name]
    archive = Archive(data, GOODS[task.goods].file)
    judged = archive.judgments(task.judgments)
    asked: list[Asked] = []
    for at, (id, text) in enumerate(archive.pairs(task.questions).items()):
        said = translated(text) if task.in_chinese else text
        if said and id.startswith(task.only) and at % task.every == 0:
            asked.append(Asked(id=id, query=Query(parts=(_part(task, archive, said, scratch),))))
    kept = asked[:limit]
    gains = {q.id: {id: gain for id, gain in judged.get(q.id, {}).items() if id in ids} for q in kept}
    return QuerySet(name=name, queries=tuple(kept), bias=task.weakness), Judgments(name=name, gains=gains)


def _part(task: Task, archive: Archive, said: str, scratch: Path) -> Part:
    if not task.pictures:
        return Part("text", said)
    return Part("image", str(archive.unpack(said, scratch / "pictures" / task.goods)))
