"""What the tests of filters share."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest


def _typed(item: Any) -> Any:
    if isinstance(item, msgspec.Struct):
        return type(item), [_typed(getattr(item, name)) for name in item.__struct_fields__]
    if isinstance(item, tuple):
        return [_typed(one) for one in item]
    return type(item), item


@pytest.fixture(scope="session")
def typed() -> Callable[[Any], Any]:
    """A filter with the types of its values, which ``==`` does not tell apart (``True == 1.0``)."""
    return _typed
