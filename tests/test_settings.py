"""Settings files change what they name and nothing else."""

from __future__ import annotations

import pytest

from wares.errors import SetupError
from wares.settings import FusionSettings, Settings, built_in_changes, overlaid


def test_what_is_not_mentioned_stays() -> None:
    before = Settings(k1=0.9, fusion=FusionSettings(weights={"text.text": 0.3}))
    after = overlaid(before, {"fusion": {"method": "rrf", "weights": {"text.image": 0.1}}}, "a.toml")
    assert after.k1 == 0.9
    assert after.fusion == FusionSettings(method="rrf", weights={"text.text": 0.3, "text.image": 0.1})
    assert built_in_changes(before, after) == []


def test_what_an_index_is_built_with_is_told() -> None:
    after = overlaid(Settings(), {"k1": 1.2, "fields": {"title": 2.0}, "media": {"timeout_s": 3.0}}, "a.toml")
    assert built_in_changes(Settings(), after) == ["fields", "k1"]
    assert after.media.timeout_s == 3


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"fussion": {}}, "a.toml: unknown setting fussion; did you mean fusion"),
        ({"fusion": {"methd": "rrf"}}, "unknown setting fusion.methd; did you mean method"),
        ({"fusion": "rrf"}, r"fusion is a table of settings: \[fusion\]"),
        ({"fusion": {"rrf_k": "many"}}, r"Expected `float`, got `str` - at `\$.fusion.rrf_k`"),
        ({"fields": {"titel": 1.0}}, "unknown setting fields.titel; did you mean title"),
        ({"k1": "1"}, "a.toml: Expected `float`"),
    ],
)
def test_a_mistake_is_named(changes: dict[str, object], says: str) -> None:
    with pytest.raises(SetupError, match=says):
        overlaid(Settings(), changes, "a.toml")
