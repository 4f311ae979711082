"""How long merchants' words take: rules, synonyms and stop words looked up, and the stage applied.

    python benchmarks/rules.py

2,000 rules (patterns, wildcards, filters, windows; a few fire), 20,000 synonyms in both languages, a listing of 400
candidates. Each question is asked once to warm up; then all are asked in turn, and the times of single calls told.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import numpy as np

from wares.encoders.tokens import tokens
from wares.query import filters
from wares.query.stop_words import StopWord, StopWords
from wares.query.synonyms import Synonym, Synonyms
from wares.ranking.chain.base import Listing, Situation
from wares.ranking.rules import Choice, Pin, Rule, Rulebook, Rules, Then, Weight, When
from wares.records import Compare, Filter, Query

RULES, SYNONYMS, CANDIDATES, ROUNDS = 2_000, 20_000, 400, 50
NOW = datetime(2026, 6, 5, 12, tzinfo=UTC)
#: Common characters, of which Chinese words are made up here.
CHINESE = [chr(code) for code in range(0x4E00, 0x4E00 + 400)]


def rules(words: Sequence[str], chance: random.Random) -> list[Rule]:
    """Rules of every kind, most of which wait for a word that few questions have."""
    made = []
    for number in range(RULES):
        first, second, third = chance.sample(words, 3)
        made.append(
            Rule(
                name=f"rule {number}",
                when=When(
                    contains=(
                        f"{first} {second}",
                        *([first] if number % 50 == 0 else []),
                        "".join(chance.sample(CHINESE, 2)),
                    ),
                    starts=(f"{third[:4]}*",) if number % 5 == 0 else (),
                    where=filters.parse(f'brand = "brand {number}"') if number % 3 == 0 else None,
                    end=datetime(2027, 1, 1, tzinfo=UTC) if number % 2 else None,
                ),
                then=Then(
                    pin=(Pin(f"p{number % CANDIDATES}", 1 + number % 5),),
                    hide=(Choice(ids=(f"p{(number + 7) % CANDIDATES}",)),),
                    boost=(Weight(by=0.1, where=Compare("number", "<", 50.0)),),
                ),
            )
        )
    return made


def timed(name: str, act: Callable[[str], object], questions: Sequence[str]) -> None:
    """Print the times of one call."""
    for question in questions:
        act(question)
    times = []
    for _ in range(ROUNDS):
        for question in questions:
            start = time.perf_counter()
            act(question)
            times.append((time.perf_counter() - start) * 1000)
    p50, p99 = np.percentile(times, [50, 99])
    print(f"{name:<40} p50 {p50:.3f} ms   p99 {p99:.3f} ms   ({len(times):,} calls)")


def main() -> None:
    chance = random.Random(20)
    words = [f"{a}{b}" for a in "bcdfghklmnprst" for b in map("".join, zip("aeiou" * 60, "bcdfg" * 60, strict=True))]
    words = [f"{word}{n}" for n, word in enumerate(words)][:3_000]
    questions = [" ".join(chance.sample(words, chance.randint(1, 6))) for _ in range(60)]
    questions += ["".join(chance.sample(CHINESE, 8)) for _ in range(20)]
    book = Rulebook(rules(words, chance))
    where = filters.parse('brand = "brand 3" AND price < 50')
    print(f"{len(book):,} rules, {len(questions)} questions")
    timed("rules that fire", lambda text: book.fired([text], "en", now=NOW), questions)
    timed("rules that fire, with a filter", lambda text: book.fired([text], "en", where, now=NOW), questions)

    numbers = np.arange(CANDIDATES)
    listing = Listing(numbers, np.linspace(1, 0, CANDIDATES), numbers)
    ids = {f"p{n}": n for n in range(CANDIDATES)}

    def passing(asked: Filter, of: Sequence[int]) -> set[int]:
        return {number for number in of if number < 50}

    situation = Situation(Query(), "", "en", None, NOW, passing, lambda of, name: {}, ())
    found = {text: book.fired([text], "en", now=NOW) for text in questions}
    most = max(len(each.rules) for each in found.values())
    print(f"the stage, {CANDIDATES} candidates, at most {most} rules fire")
    timed("the stage", lambda text: Rules(found[text], ids).apply(listing, situation), questions)

    synonyms = Synonyms(
        Synonym((f"{words[n % 3_000]} {n}", f"{words[(n + 7) % 3_000]} {n}")) for n in range(SYNONYMS - 3)
    )
    own = Synonyms([Synonym((words[1], words[2])), Synonym(("运动鞋",), ("跑鞋",)), Synonym(("手提包", "包"))])
    timed(f"{SYNONYMS:,} synonyms", synonyms.alternatives, questions)
    timed("3 synonyms, some found", own.alternatives, questions)
    stop = StopWords([StopWord("buy", "en")])
    timed("stop words (with tokens)", lambda text: stop.telling(tokens(text)), questions)


if __name__ == "__main__":
    main()
