"""Who takes part, with the settings that are tried. Each file here runs in the environment of its peer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.peers.protocol import Kind

Effort = Mapping[str, int]


@dataclass(frozen=True)
class Entry:
    """``target`` is "module:class" in this folder; ``requirements`` the file of its environment ("": that of wares).

    ``efforts`` are the settings of a search from which tuning takes the least that finds enough; ``filtered`` those
    of a search with a filter, where others are needed. ``lacks`` says, by the way of asking, why there is no answer.
    ``data_of`` names the entrant whose data it asks, if it has none of its own. ``threads`` bounds numpy's.
    """

    target: str
    about: str
    requirements: str = ""
    efforts: Sequence[Effort] = ({},)
    filtered: Sequence[Effort] = ()
    lacks: Mapping[str, str] = field(default_factory=dict)
    data_of: str = ""
    threads: int | None = None

    def choices(self, kind: Kind) -> Sequence[Effort]:
        """The settings to choose from for a kind of question."""
        return self.filtered if kind.below is not None and self.filtered else self.efforts


def _widths(*widths: int) -> Sequence[Effort]:
    return tuple({"ef": width} for width in widths)


WARES, SCAN = "wares", "scan"
INDEX = "wares index"

ENTRANTS: Mapping[str, Entry] = {
    WARES: Entry(
        "wares:WaresShop",
        "as shipped: HNSW M 16, efConstruction 128, ef 256, rescored; BM25 over weighted fields; weighted scores",
    ),
    INDEX: Entry(
        "wares:WaresIndex",
        "the same index without the shop: no total is counted and no product is read",
        data_of=WARES,
    ),
    SCAN: Entry(
        "scan:Scan",
        "float32 in numpy on one thread: exact",
        lacks=dict.fromkeys(("words", "hybrid"), "none"),
        threads=1,
    ),
    "txtai": Entry(
        "txtai:Txtai",
        "hnswlib M 16, efConstruction 128; its BM25; its default weights; filters in SQL over the candidates of the "
        "similarity, the price indexed",
        "txtai.txt",
        efforts=_widths(16, 32, 64, 128, 256, 512),
        filtered=tuple({"ef": 64, "candidates": n} for n in (30, 100, 300, 1_000, 3_000, 10_000)),
    ),
    "LanceDB": Entry(
        "lancedb:LanceDB",
        "one partition, HNSW_SQ M 16, efConstruction 128; full text cut by ICU, with stems and stop words; "
        "reciprocal ranks; price in a B-tree, filtered first",
        "lancedb.txt",
        efforts=_widths(16, 32, 64, 128, 256, 512),
    ),
    "Chroma": Entry(
        "chroma:Chroma",
        "HNSW M 16, efConstruction 128",
        "chroma.txt",
        efforts=_widths(16, 32, 64, 128, 256, 512),
        lacks={"words": "substrings only", "hybrid": "no hybrid"},
    ),
    "Milvus Lite": Entry(
        "milvus:MilvusLite",
        "HNSW M 16, efConstruction 128; BM25 function over words cut by jieba; reciprocal ranks; price in an "
        "inverted index",
        "milvus.txt",
        efforts=_widths(16, 32, 64, 128, 256, 512),
    ),
}
