"""A caller who sees a part of the products changes no other, and makes none of them another's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from wares.errors import Forbidden
from wares.query import filters
from wares.server.access import Caller
from wares.server.bulk import Asked
from wares.server.changes import Changes
from wares.server.config import ServerConfig
from wares.server.errors import NotThere
from wares.server.serving import Serving
from wares.server.writes import Written

Ask = Callable[..., Written]


@pytest.fixture
def acme(folder: Path) -> Iterator[Ask]:
    """Asks for changes as one who sees what is of Acme."""
    served = Serving.open(folder, ServerConfig())
    caller = Caller("acme", frozenset(("search", "write")), filters.parse('brand = "Acme"'))

    def ask(verb: Any, id: str, **body: Any) -> Written:
        return served.writes.change(id, Changes(served, caller).of(Asked(verb, id, body))).result(60)

    yield ask
    served.close()


def test_its_own_products_may_come_change_and_go(acme: Ask) -> None:
    assert acme("put", "hook", title="Hook", brand="Acme").outcome == "added"
    assert acme("patch", "hook", title="Coat hook").outcome == "changed"
    assert acme("delete", "mug-blue").outcome == "removed"


def test_no_product_becomes_its_own_or_ceases_to_be(acme: Ask) -> None:
    with pytest.raises(Forbidden):
        acme("put", "hook", title="Hook", brand="Bolt")
    with pytest.raises(Forbidden):
        acme("put", "mug-red", title="Mug", brand="Acme")
    with pytest.raises(Forbidden):
        acme("patch", "mug-blue", brand="Bolt")


def test_what_it_does_not_see_is_not_there(acme: Ask) -> None:
    with pytest.raises(NotThere):
        acme("patch", "mug-red", brand="Acme")
    with pytest.raises(NotThere):
        acme("delete", "mug-red")
