"""The network that weighs and composes: where it starts, what it cannot do, and how its file is checked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from wares.errors import SetupError
from wares.ranking.fusion import WORDS, Ask, Evidence, build
from wares.ranking.fusion.base import COMPOSED
from wares.ranking.fusion.facts import FACTS, facts_of
from wares.ranking.fusion.learned import Learned, Network, form
from wares.ranking.fusion.learned.composer import Mixed, together
from wares.ranking.fusion.learned.composer import fresh as composer
from wares.ranking.fusion.learned.head import FARTHEST, Head, fresh
from wares.ranking.fusion.learned.saved import encode, read
from wares.ranking.fusion.learned.signals import name_of
from wares.records import Media, Product, Variant
from wares.settings import FusionSettings

ASKS = [
    Ask("text", "text", WORDS, 1.0, ceiling=10.0, terms=3),
    Ask("text", "text", "seen.image", 1.0),
    Ask("like", "like", "seen.image", 0.5),
    Ask("not text", "text", "use.text", -1.0),
    Ask("text + like", COMPOSED, "seen.image", 1.0),
]
NAMES = tuple(map(name_of, ASKS))
FORM = form(ASKS)
WEIGHTED = build(FusionSettings())
some_scores = arrays(
    np.float32,
    st.tuples(st.integers(1, 12), st.just(len(ASKS))),
    elements=st.floats(-1, 1, width=32) | st.just(np.nan),
)


def learned(head: Head, forms: frozenset[str] = frozenset({FORM})) -> Learned:
    return Learned(FusionSettings(method="learned", learned="x"), Network(head, {}, forms))


def moved(seed: int = 3, names: tuple[str, ...] = NAMES) -> Head:
    """A network that departs from the weights at random."""
    rng = np.random.default_rng(seed)
    head = fresh(names, seed)
    size = len(names)
    return head._replace(
        outward=rng.normal(size=head.outward.shape), bias=rng.normal(size=size), together=rng.random(size)
    )


def evidence(scores: np.ndarray, asks: list[Ask] = ASKS) -> Evidence:
    facts = np.random.default_rng(5).random((len(scores), len(FACTS))).astype(np.float32)
    return Evidence(asks, scores, [None] * len(asks), lambda at: np.zeros((0, 0), np.float32), lambda: facts)


def test_the_form_of_a_question_names_its_parts() -> None:
    assert FORM == "like + text + not text"


@given(some_scores)
def test_before_it_learned_it_is_weighted(scores: np.ndarray) -> None:
    found = learned(fresh(NAMES, 1)).contributions(evidence(scores))
    np.testing.assert_allclose(found, WEIGHTED.contributions(evidence(scores)), atol=1e-12)


@given(some_scores, st.integers(0, 9))
def test_scores_stay_in_bounds_and_signs_as_asked(scores: np.ndarray, seed: int) -> None:
    added = learned(moved(seed)).contributions(evidence(scores))
    assert (np.abs(added.sum(axis=1)) <= 1 + 1e-9).all()
    assert (added[:, [0, 1, 2, 4]] >= 0).all()
    assert (added[:, 3] <= 0).all()
    assert (added[np.isnan(scores)] == 0).all()


@given(some_scores, st.integers(0, 9), st.randoms())
def test_the_order_of_candidates_and_asks_changes_nothing(scores: np.ndarray, seed: int, random: object) -> None:
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(len(scores)), rng.permutation(len(ASKS))
    fusion, seen = learned(moved(seed)), evidence(scores)
    expected = fusion.contributions(seen)[rows][:, columns]
    facts = seen.facts()[rows]
    turned = evidence(scores[rows][:, columns], [ASKS[at] for at in columns])._replace(facts=lambda: facts)
    np.testing.assert_allclose(fusion.contributions(turned), expected, atol=1e-9)


def test_an_ask_that_it_has_not_met_keeps_its_weight_among_others() -> None:
    scores = np.full((3, 2), 0.5, np.float32)
    asks = [ASKS[1], Ask("image", "image", "new.image", 1.0)]
    head = moved(names=NAMES)
    head = head._replace(outward=head.outward * 0, bias=head.bias * 0)
    found = learned(head, frozenset({form(asks)})).contributions(evidence(scores, asks))
    np.testing.assert_allclose(found, WEIGHTED.contributions(evidence(scores, asks)))
    unknown = learned(moved(names=("text.other",)), frozenset({form(asks)})).contributions(evidence(scores, asks))
    np.testing.assert_allclose(unknown, WEIGHTED.contributions(evidence(scores, asks)))


def test_no_weight_moves_farther_than_it_may() -> None:
    scores = np.full((4, len(ASKS)), 0.5, np.float32)
    head = moved()
    head = head._replace(outward=head.outward * 1e6, together=head.together * 0)
    before, after = (f.contributions(evidence(scores))[:, :4] for f in (WEIGHTED, learned(head)))
    assert (np.abs(np.log(after / before)) <= 2 * FARTHEST + 1e-9).all()


def test_in_a_form_that_was_not_won_it_is_weighted_and_asks_nothing_more() -> None:
    scores = np.full((2, len(ASKS)), 0.5, np.float32)
    fusion = learned(moved(), frozenset({"text"}))
    np.testing.assert_array_equal(fusion.contributions(evidence(scores)), WEIGHTED.contributions(evidence(scores)))
    assert fusion.composed(ASKS, [np.ones(4, np.float32)] * len(ASKS)) == []


def test_without_facts_of_products_it_works() -> None:
    scores = np.full((2, len(ASKS)), 0.5, np.float32)
    blind = Evidence(ASKS, scores, [None] * len(ASKS), lambda at: np.zeros((0, 0), np.float32))
    assert np.isfinite(learned(moved()).contributions(blind)).all()


# -- composing --------------------------------------------------------------------------------------------------


def test_before_it_learned_it_adds_and_subtracts() -> None:
    alike, words, unwanted = np.eye(3, 5, dtype=np.float32)
    made = composer(5, 1).compose(Mixed(alike, words, unwanted))
    np.testing.assert_allclose(made, np.array([1, 1, -1, 0, 0]) / np.sqrt(3), atol=1e-6)


def test_parts_in_one_channel_ask_together_by_their_weights() -> None:
    vectors = [None, *np.eye(4, 6, dtype=np.float32)]
    mixed = together("seen.image", 6, ASKS, vectors)
    assert mixed is not None
    np.testing.assert_array_equal(mixed.words, vectors[1])
    np.testing.assert_array_equal(mixed.alike, 0.5 * vectors[2])
    assert not mixed.unwanted.any()


@pytest.mark.parametrize("kept", [[0, 1], [2], [1, 3]])
def test_without_likeness_or_without_words_nothing_is_composed(kept: list[int]) -> None:
    vectors = [None, *np.eye(4, 6, dtype=np.float32)]
    assert together("seen.image", 6, [ASKS[at] for at in kept], [vectors[at] for at in kept]) is None


def test_vectors_of_another_size_are_left_out() -> None:
    assert together("seen.image", 7, ASKS, [None, *np.eye(4, 6, dtype=np.float32)]) is None


# -- facts ------------------------------------------------------------------------------------------------------


def test_facts_are_shares_and_zeros_where_there_is_nothing() -> None:
    bare = Product(id="1", title="")
    rich = Product(
        id="2",
        title="t" * 200,
        description="d" * 2_000,
        attributes={str(n): "x" for n in range(20)},
        rating=5.0,
        rating_count=1_000,
        media=(Media("a.png"), Media("a.wav", "audio")),
        variants=(Variant(id="v", media=(Media("b.png"),)),),
    )
    found = facts_of({1: bare, 2: rich}, [1, 2, 3])
    assert found.shape == (3, len(FACTS))
    assert not found[[0, 2]].any()
    assert (found[1] > 0).all()
    assert (found[1] <= 1).all()


# -- the file ---------------------------------------------------------------------------------------------------


@pytest.fixture
def network() -> Network:
    return Network(moved(), {"seen.image": composer(6, 2)}, frozenset({FORM, "text"}))


def test_a_network_is_written_and_read_back(tmp_path: Path, network: Network) -> None:
    path = tmp_path / "fusion.npz"
    path.write_bytes(encode(network))
    back = read(path)
    assert back.forms == network.forms
    assert back.head.names == network.head.names
    for one, other in zip(back.head[1:], network.head[1:], strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(back.composers["seen.image"].read, network.composers["seen.image"].read)


def test_a_file_that_changed_is_read_again(tmp_path: Path, network: Network) -> None:
    path = tmp_path / "fusion.npz"
    path.write_bytes(encode(network))
    assert "text" in read(path).forms
    path.write_bytes(encode(network._replace(forms=frozenset())))
    assert read(path).forms == frozenset()


def damaged(content: bytes, arrays: dict[str, np.ndarray]) -> dict[str, bytes]:
    """The file in states that it can come to, by name."""

    def saved(**changes: np.ndarray) -> bytes:
        import io

        with io.BytesIO() as file:
            np.savez(file, **{**arrays, **changes})  # type: ignore[arg-type]
            return file.getvalue()

    return {
        "cut": content[:100],
        "empty": b"",
        "text": b"not an archive",
        "flipped": content[:300] + bytes([content[300] ^ 255]) + content[301:],
        "other version": saved(version=np.array(99)),
        "not numbers": saved(**{"head.bias": np.full(len(NAMES), np.nan)}),
        "other shape": saved(**{"head.bias": np.zeros(len(NAMES) + 1)}),
        "objects": saved(**{"head.bias": np.array([{}], dtype=object)}),
        "composer": saved(**{"composer.0.gate": np.zeros((1, 1), np.float32)}),
    }


@pytest.mark.parametrize(
    "state",
    ["cut", "empty", "text", "flipped", "other version", "not numbers", "other shape", "objects", "composer"],
)
def test_a_damaged_file_is_one_clear_error(tmp_path: Path, network: Network, state: str) -> None:
    path = tmp_path / "fusion.npz"
    content = encode(network)
    path.write_bytes(content)
    with np.load(path) as file:
        arrays = dict(file)
    path.write_bytes(damaged(content, arrays)[state])
    with pytest.raises(SetupError, match=r"fusion: .*wares fit SHOP --fusion"):
        read(path)


def test_a_network_for_other_channels_is_told(network: Network) -> None:
    fusion = Learned(FusionSettings(method="learned", learned="x"), network)
    fusion.check({"seen.image": 6, "use.text": 4})
    for channels in ({"seen.image": 7}, {"use.text": 4}):
        with pytest.raises(SetupError, match="'x' was fitted to another index: it composes in seen"):
            fusion.check(channels)
