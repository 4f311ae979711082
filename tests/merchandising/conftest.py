"""A shop of three mugs and two shoes, and a desk in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wares.merchandising import Desk
from wares.merchandising.rule_files import from_data
from wares.ranking.rules import Rule
from wares.records import Price, Product
from wares.settings import Environment
from wares.shop import Shop

GOODS = [
    *(Product(id=f"mug-{c}", title=f"{c.title()} mug", brand="Acme", category=("Kitchen", "Mugs"),
              attributes={"colour": c}, price=Price(900, "EUR")) for c in ("red", "green", "blue")),
    *(Product(id=f"shoe-{c}", title=f"{c.title()} running shoe", brand="Puma", category=("Shoes",),
              attributes={"colour": c}, price=Price(5900, "EUR")) for c in ("red", "blue")),
]  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    environment = Environment(cache=tmp_path / "cache", offline=True)
    with Shop.open(tmp_path / "shop", model="basic", environment=environment) as opened:
        opened.add(GOODS)
        yield opened


@pytest.fixture
def desk(shop: Shop) -> Iterator[Desk]:
    with Desk(shop, by="anna") as opened:
        yield opened


@pytest.fixture
def rules() -> Callable[..., list[Rule]]:
    """Rules as a file has them, in keywords: ``rules({"name": "a", "then": {"pin": ["x"]}})``."""
    return lambda *rows: from_data({"rule": list(rows)}, "rules.toml")
