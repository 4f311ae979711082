"""Fusion: every method's contributions sum to a score in bounds, and each method is what its paper says."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from wares.errors import SetupError
from wares.ranking.fusion import METHODS, WORDS, Ask, Evidence, build
from wares.ranking.fusion.decisions import ranks
from wares.ranking.fusion.learned import Network, form
from wares.ranking.fusion.learned.head import fresh
from wares.ranking.fusion.learned.saved import encode
from wares.ranking.fusion.learned.signals import name_of
from wares.settings import FusionSettings

ASKS = [
    Ask("text", "text", WORDS, 1.0, ceiling=30.0),
    Ask("text", "text", "use.text", 1.0),
    Ask("text", "text", "seen.image", 1.0),
    Ask("image", "image", "look.image", 0.5),
    Ask("not text", "text", "use.text", -1.0),
]
DIMS = {"use.text": 4, "seen.image": 6, "look.image": 3}
FEATURE_LEVEL = ("concatenation", "mean", "weighted-mean", "product")
some_scores = arrays(
    np.float32,
    st.tuples(st.integers(0, 6), st.just(len(ASKS))),
    elements=st.floats(-1, 1, width=32) | st.just(np.nan),
)


def evidence(scores: np.ndarray, seed: int = 0) -> Evidence:
    """Candidates with vectors at random; who has no score in a channel has no vector there."""
    rng = np.random.default_rng(seed)

    def rows(at: int) -> np.ndarray:
        made = rng.standard_normal((len(scores), DIMS[ASKS[at].channel])).astype(np.float32)
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        return np.where(np.isnan(scores[:, at])[:, None], np.float32(0), made)

    vectors = [None if ask.channel == WORDS else np.full(DIMS[ask.channel], 0.5, np.float32) for ask in ASKS]
    return Evidence(ASKS, scores, vectors, rows)


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a network that knows all of the asks and moves their weights at random."""
    names = tuple(map(name_of, ASKS))
    head = fresh(names, seed=1)
    rng = np.random.default_rng(2)
    head = head._replace(outward=rng.normal(size=head.outward.shape), bias=rng.normal(size=len(names)))
    path = tmp_path_factory.mktemp("network") / "fusion.npz"
    path.write_bytes(encode(Network(head, {}, frozenset({form(ASKS), "text", ""}))))
    return path


def fused(settings: FusionSettings, asks: list[Ask], scores: list[list[float]]) -> list[float]:
    found = Evidence(asks, np.asarray(scores, np.float32), [None] * len(asks), lambda at: np.zeros((0, 0)))
    return build(settings).contributions(found).sum(axis=1).tolist()


@pytest.mark.parametrize("method", METHODS)
@given(scores=some_scores)
def test_scores_lie_between_minus_one_and_one(network: Path, method: str, scores: np.ndarray) -> None:
    scores[:, 0] *= 30  # BM25 knows no upper bound
    added = build(FusionSettings(method=method), network).contributions(evidence(scores))
    assert added.shape == scores.shape
    assert np.isfinite(added).all()
    assert (np.abs(added.sum(axis=1)) <= 1 + 1e-6).all()


@pytest.mark.parametrize("normalise", ["bounds", "minmax", "dbsf"])
@pytest.mark.parametrize("method", ["weighted", "rrf", "voting", "learned"])
@given(scores=some_scores)
def test_what_a_product_does_not_have_adds_nothing_to_a_decision(
    network: Path, method: str, normalise: str, scores: np.ndarray
) -> None:
    added = build(FusionSettings(method=method, normalise=normalise), network).contributions(evidence(scores))
    assert (added[np.isnan(scores)] == 0).all()
    assert (added[:, :4] >= 0).all()
    assert (added[:, 4] <= 0).all()


@pytest.mark.parametrize("method", METHODS)
def test_no_candidates_and_no_parts_are_no_fault(network: Path, method: str) -> None:
    fusion = build(FusionSettings(method=method), network)
    assert fusion.contributions(evidence(np.zeros((0, 5), np.float32))).shape == (0, 5)
    assert fusion.contributions(Evidence([], np.zeros((3, 0), np.float32), [], lambda at: np.zeros(0))).shape == (
        3,
        0,
    )


def test_words_count_by_the_share_of_what_they_could_give() -> None:
    assert fused(FusionSettings(), ASKS[:1], [[30.0], [15.0], [math.nan]]) == [1.0, 0.5, 0.0]


def test_a_part_with_twice_the_weight_counts_twice() -> None:
    asks = [Ask("image", "image", "look.image", 2.0), Ask("image 2", "image", "look.image", 1.0)]
    found = Evidence(asks, np.array([[0.6, 0.6]], np.float32), [None, None], lambda at: np.zeros((0, 0)))
    [[first, second]] = build(FusionSettings()).contributions(found).tolist()
    assert np.isclose(first, 2 * second)


def test_a_channel_without_a_weight_is_not_looked_in() -> None:
    fusion = build(FusionSettings(weights={"text.image": 0.0}))
    assert fusion.weight("text", WORDS) == 1
    assert fusion.weight("image", "look.image") == 1
    assert fusion.weight("image", "seen.image") == 0.25
    assert fusion.weight("text", "seen.image") == 0
    assert fusion.weight("audio", "look.image") == 0


def test_min_max_and_distribution_stretch_scores() -> None:
    scores = [[1.0], [2.0], [5.0]]
    assert fused(FusionSettings(normalise="minmax"), ASKS[1:2], scores) == pytest.approx([0, 0.25, 1])
    spread = float(np.std([1, 2, 5]))
    expected = [(value - 8 / 3) / (6 * spread) + 0.5 for value in (1, 2, 5)]
    assert fused(FusionSettings(normalise="dbsf"), ASKS[1:2], scores) == pytest.approx(expected)


def test_reciprocal_ranks_are_as_published_up_to_their_scale() -> None:
    asks = [Ask("text", "text", WORDS, 1.0), Ask("text", "text", "use.text", 1.0)]
    settings = FusionSettings(method="rrf", rrf_k=60, weights={"text.words": 1, "text.text": 1})
    found = fused(settings, asks, [[3.0, 0.1], [2.0, 0.9], [math.nan, 0.5]])
    published = [1 / 61 + 1 / 63, 1 / 62 + 1 / 61, 1 / 62]
    assert found == pytest.approx([61 / 2 * score for score in published])


def test_votes_are_counted_from_the_end() -> None:
    asks = [Ask("text", "text", WORDS, 1.0), Ask("text", "text", "use.text", 1.0)]
    settings = FusionSettings(method="voting", weights={"text.words": 1, "text.text": 1})
    found = fused(settings, asks, [[3.0, 0.1], [2.0, 0.9], [math.nan, 0.5]])
    assert found == pytest.approx([(3 + 1) / 6, (2 + 3) / 6, 2 / 6])


@given(arrays(np.float32, st.tuples(st.integers(1, 7), st.just(1)), elements=st.floats(-2, 2, width=16)))
def test_ranks_share_the_best_place_when_scores_are_alike(scores: np.ndarray) -> None:
    expected = [[1 + sum(other > score for other in scores[:, 0])] for score in scores[:, 0]]
    assert ranks(scores).tolist() == expected


@given(st.sampled_from(FEATURE_LEVEL), st.integers(0, 50), st.lists(st.booleans(), min_size=2, max_size=2))
def test_features_are_fused_as_their_formulas_say(method: str, seed: int, has: list[bool]) -> None:
    rng = np.random.default_rng(seed)
    asks = [Ask("text", "text", "use.text", 1.0), Ask("text", "text", "seen.image", 1.0)]
    question = rng.standard_normal((2, 3))
    product = rng.standard_normal((2, 3)) * np.asarray(has)[:, None]
    weights = np.array([0.4, 0.2])
    scores = np.array([[1.0 if one else np.nan for one in has]], np.float32)
    found = Evidence(asks, scores, list(question.astype(np.float32)), lambda at: product[at : at + 1])
    score = build(FusionSettings(method=method)).contributions(found).sum()
    if not any(has):
        assert score == 0
        return
    kept = [at for at in (0, 1) if has[at]]
    sides = {
        "concatenation": lambda rows, own: np.concatenate([np.sqrt(weights[at]) * rows[at] for at in (0, 1)]),
        "mean": lambda rows, own: sum(rows[at] for at in own),
        "weighted-mean": lambda rows, own: sum(weights[at] * rows[at] for at in own),
        "product": lambda rows, own: np.prod([rows[at] for at in kept], axis=0),
    }
    one, other = sides[method](question, (0, 1)), sides[method](product, kept)
    cosine = one @ other / (np.linalg.norm(one) * np.linalg.norm(other))
    assert score == pytest.approx(max(cosine, 0), abs=1e-5)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (FusionSettings(method="rff"), "did you mean rrf"),
        (FusionSettings(normalise="softmax"), "known: bounds, minmax, dbsf"),
        (FusionSettings(method="rrf", rrf_k=-1), "rrf_k"),
        (FusionSettings(weights={"words": 1.0}), 'as in "text.words"'),
        (FusionSettings(weights={"text.words": -1.0}), "text.words"),
        (FusionSettings(weights={"text.words": math.inf}), "text.words"),
        (FusionSettings(method="learned"), "wares fit SHOP --fusion"),
    ],
)
def test_a_setting_that_cannot_be_is_named(settings: FusionSettings, says: str) -> None:
    with pytest.raises(SetupError, match=says):
        build(settings)
