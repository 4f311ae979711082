"""Settings files change what they name and nothing else."""

from __future__ import annotations

import pytest

from wares.errors import SetupError
from wares.settings import FusionSettings, RankingSettings, Settings, SignalSettings, built_in_changes, overlaid


def test_what_is_not_mentioned_stays() -> None:
    before = Settings(k1=0.9, fusion=FusionSettings(weights={"text.text": 0.3}))
    after = overlaid(before, {"fusion": {"method": "rrf", "weights": {"text.image": 0.1}}}, "a.toml")
    assert after.k1 == 0.9
    assert after.fusion == FusionSettings(method="rrf", weights={"text.text": 0.3, "text.image": 0.1})
    assert built_in_changes(before, after) == []


def test_tables_within_tables_are_laid_over_each_other() -> None:
    before = Settings(ranking=RankingSettings(cutoff=0.25, signals=SignalSettings(rating=0.5)))
    after = overlaid(before, {"ranking": {"chain": ["rules"], "signals": {"stock": 0.25}}}, "a.toml")
    signals = SignalSettings(rating=0.5, stock=0.25)
    assert after.ranking == RankingSettings(chain=("rules",), cutoff=0.25, signals=signals)
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
        ({"ranking": {"cuttoff": 0.3}}, "unknown setting ranking.cuttoff; did you mean cutoff"),
        ({"ranking": {"signals": {"ratng": 0.3}}}, "unknown setting ranking.signals.ratng; did you mean rating"),
        ({"ranking": {"signals": 0.3}}, r"ranking.signals is a table of settings: \[ranking.signals\]"),
        ({"ranking": {"cutoff": float("nan")}}, "ranking.cutoff must lie in 0 … 1, not nan"),
        ({"ranking": {"signals": {"stock": -1.0}}}, "ranking.signals.stock must lie in 0 … 1, not -1.0"),
        ({"ranking": {"signals": {"half_life": 0.0}}}, "ranking.signals.half_life must lie in 1 … 100,000"),
        ({"ranking": {"diversity": {"places": 0}}}, "ranking.diversity.places must lie in 1 … 100, not 0"),
        ({"ranking": {"chain": ["rules", "rules"]}}, "ranking.chain names rules twice"),
        ({"ranking": {"chain": "rules"}}, r"Expected `array`, got `str` - at `\$.ranking.chain`"),
    ],
)
def test_a_mistake_is_named(changes: dict[str, object], says: str) -> None:
    with pytest.raises(SetupError, match=says):
        overlaid(Settings(), changes, "a.toml")
