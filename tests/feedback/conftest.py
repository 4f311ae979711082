"""A store in a temporary folder, and questions to note."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from wares.feedback import Question
from wares.records import Chip, Hit, Part, Product, Query, Results
from wares.store.store import Store


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


@pytest.fixture
def store(place: Path) -> Iterator[Store]:
    with Store.create(place) as opened:
        yield opened


@pytest.fixture
def asked() -> Callable[..., Question]:
    """Makes a question of words that so many products answer, in so many milliseconds."""

    def make(text: str, id: str = "", total: int = 1, took_ms: float = 5.0, error: str = "", **more: Any) -> Question:
        hits = tuple(
            Hit(id=f"p{n}", title="t", score=1.0, product=Product(id=f"p{n}", title="t")) for n in range(total)
        )
        chip = Chip(id="price < 50", kind="price", text="under 50", start=0, end=8)
        results = Results(
            query_id=id or f"id of {text}",
            total=total,
            hits=hits,
            chips=(chip,) if "under" in text else (),
            took_ms=took_ms,
            timings_ms={"encode": took_ms / 2},
        )
        query = Query(parts=(Part("text", text),), user=more.pop("user", ""))
        return Question.of(query, results, error=error, **more)

    return make
