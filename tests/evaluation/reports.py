"""Reports of any size with figures that fit together: what the tests of the page, and a look at it, start from."""

from __future__ import annotations

import random
from collections.abc import Sequence
from statistics import fmean, stdev

from wares.evaluation.records import (
    Answered,
    Comparison,
    Difference,
    EvaluationReport,
    Figure,
    Latency,
    Remark,
    Segment,
    Shown,
    SideBySide,
    SystemReport,
)

MEASURES = ("nDCG@10", "RR@10", "R@100", "P@1", "AP", "Success@10")
ABOUT = {
    "bm25": "words alone",
    "shop": "the shop as it is: words, meaning and pictures by rrf",
    "vectors": "meaning and pictures, no words",
    "voting": "the shop's weights, by voting",
    "tuned.toml": "settings of tuned.toml over those of the shop",
    "yesterday.run": "answers saved in yesterday.run",
}
WORDS = ("red", "trail", "running", "shoes", "women", "waterproof", "jacket", "linen", "shirt", "kettle", "1.7 l")
CHINESE = ("红色", "跑步鞋", "女", "防水", "冲锋衣", "亚麻", "衬衫", "电热水壶", "大容量")
STAGES = {"parse": 0.1, "encode": 2.4, "index": 1.6, "fuse": 0.7, "count": 0.3, "hydrate": 0.9}


def figure(measure: str, values: Sequence[float]) -> Figure:
    half = 1.96 * stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0.0
    mean = fmean(values)
    return Figure(measure, mean, max(0.0, mean - half), min(1.0, mean + half), len(values))


def question(chance: random.Random, number: int) -> str:
    words = CHINESE if number % 5 == 0 else WORDS
    return ("" if number % 5 == 0 else " ").join(chance.sample(words, chance.randint(1, 4)))


def shown(chance: random.Random, number: int, *, gains: Sequence[int | None] = (None, 0, 1, 2, 3)) -> Shown:
    title = f"{question(chance, number)} {chance.randint(10, 99)}".title()
    return Shown(f"p{chance.randint(100, 9999)}", title, round(chance.random(), 3), chance.choice(gains))


def system(name: str, texts: dict[str, str], chance: random.Random, *, skill: float, timed: bool) -> SystemReport:
    """A system whose values are near ``skill``; hard questions are hard for all of them."""
    per_query: dict[str, dict[str, float]] = {measure: {} for measure in MEASURES}
    for key in texts:
        hard = random.Random(key).betavariate(2, 1.2)
        for measure in MEASURES:
            value = min(1.0, max(0.0, hard * skill + chance.gauss(0, 0.12)))
            if measure in ("P@1", "Success@10"):
                value = float(chance.random() < value)
            per_query[measure][key] = round(value, 4)
    first = per_query["nDCG@10"]
    groups = {
        "language": {"Chinese": [k for k in texts if int(k[1:]) % 5 == 0]},
        "length": {
            "1 word": [k for k in texts if " " not in texts[k]],
            "2–3 words": [k for k in texts if " " in texts[k]],
        },
        "asked": {"head": list(texts)[: len(texts) // 4], "tail": list(texts)[len(texts) // 4 :]},
    }
    groups["language"]["English"] = [k for k in texts if k not in groups["language"]["Chinese"]]
    groups["modality"] = {"text": list(texts)[3:], "image": list(texts)[:3]}
    segments = [
        Segment(kind=kind, value=value, figures=(figure("nDCG@10", [first[k] for k in keys]),))
        for kind, values in groups.items()
        for value, keys in values.items()
        if keys
    ]
    latency = None
    if timed:
        values = sorted(chance.lognormvariate(1.7, 0.35) + 30 * (chance.random() < 0.02) for _ in texts)
        slowest = dict(zip(texts, values[:-11:-1], strict=False))
        at = [values[min(len(values) - 1, int(len(values) * part))] for part in (0.5, 0.95, 0.99)]
        latency = Latency(p50=at[0], p95=at[1], p99=at[2], values=tuple(values), stages=STAGES, slowest=slowest)
    keys = list(texts)
    return SystemReport(
        name=name,
        about=ABOUT.get(name, f"{name} as it was given"),
        figures=tuple(figure(measure, list(values.values())) for measure, values in per_query.items()),
        per_query=per_query,
        precision_at_recall=tuple(round(skill * (1 - (step / 10) ** 1.5 * 0.85), 4) for step in range(11)),
        judged=0.62,
        coverage=0.31 if timed else None,
        zero_results=tuple(keys[7 : 7 + len(keys) // 40]),
        failed={keys[2]: "image broken.jpg: not a picture that can be decoded"} if len(keys) > 10 else {},
        latency=latency,
        segments=tuple(segments),
        worst=tuple(
            answered(key, texts[key], first[key], chance) for key in sorted(texts, key=first.__getitem__)[:10]
        ),
    )


def answered(key: str, text: str, value: float, chance: random.Random) -> Answered:
    return Answered(
        query_id=key,
        question=text,
        value=value,
        hits=tuple(shown(chance, number) for number in range(10)),
        missed=tuple(shown(chance, 1, gains=(2, 3)) for _ in range(3)),
    )


def side(key: str, text: str, before: float, after: float, chance: random.Random) -> SideBySide:
    return SideBySide(
        query_id=key,
        question=text,
        baseline=before,
        value=after,
        baseline_hits=tuple(shown(chance, number) for number in range(10)),
        hits=tuple(shown(chance, number) for number in range(10)),
        missed=tuple(shown(chance, 1, gains=(2, 3)) for _ in range(2)),
    )


def comparison(base: SystemReport, other: SystemReport, texts: dict[str, str], chance: random.Random) -> Comparison:
    differences = []
    for measure in MEASURES:
        apart = [other.per_query[measure][key] - base.per_query[measure][key] for key in texts]
        mean = fmean(apart)
        half = 1.96 * stdev(apart) / len(apart) ** 0.5 if len(apart) > 1 else 0.0
        p = 1.0 if half == 0 else min(1.0, 2 ** (-((mean / half * 1.96) ** 2)))
        won, lost = (sum(sign * value > 1e-9 for value in apart) for sign in (1, -1))
        differences.append(
            Difference(
                measure=measure,
                baseline=base.name,
                system=other.name,
                mean=mean,
                low=mean - half,
                high=mean + half,
                p=p,
                p_holm=min(1.0, 6 * p),
                wins=won,
                losses=lost,
                ties=len(apart) - won - lost,
                n=len(apart),
            )
        )
    before, after = base.per_query["nDCG@10"], other.per_query["nDCG@10"]
    ranked = sorted(texts, key=lambda key: after[key] - before[key])
    sides = [side(key, texts[key], before[key], after[key], chance) for key in ranked]
    return Comparison(
        baseline=base.name,
        system=other.name,
        differences=tuple(differences),
        overlap=0.58,
        worst=tuple(one for one in sides[:10] if one.value < one.baseline),
        best=tuple(one for one in sides[::-1][:5] if one.value > one.baseline),
    )


def report(
    *, questions: int = 132, systems: Sequence[str] = ("bm25", "shop"), seed: int = 0, timed: bool = True
) -> EvaluationReport:
    """A report of so many questions; the first system is the baseline of all others."""
    chance = random.Random(seed)
    texts = {f"q{number}": question(chance, number) for number in range(questions)}
    found = [
        system(name, texts, chance, skill=0.72 + 0.05 * place, timed=timed) for place, name in enumerate(systems)
    ]
    return EvaluationReport(
        about={
            "date": "2026-05-04 10:20 UTC",
            "command": "wares evaluate my-shop --queries queries.tsv --qrels qrels.txt --compare bm25 shop",
            "machine": "Linux, 2 cores, Python 3.11",
            "shop": "my-shop: 9,912 products",
            "encoders": "default: use-multilingual-v3 (512 d), efficientnet-lite2 (512 d)",
        },
        conventions=(
            "Gains are those of the judgments, linear, discounted by log2(rank + 1).",
            "Products without a judgment count as not relevant.",
            "Equal scores are ordered by product id.",
        ),
        set_name="Web shop queries",
        truth="Three people graded each pair of question and product from 0 to 3.",
        bias="Products that no system found were never graded, so a new system is undervalued.",
        questions=texts,
        measures=MEASURES,
        systems=tuple(found),
        comparisons=tuple(comparison(found[0], other, texts, chance) for other in found[1:]),
        remarks=(
            Remark("warning", "4 questions have no judgment and were left out.", ("q900", "q901", "q902"), 4),
            Remark("note", "2 judgments name products that the shop does not have.", ("p1", "p2"), 2),
        ),
    )
