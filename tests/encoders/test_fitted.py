"""Models with heads: what heads stand on, and what words and pictures become."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from wares import encoders as models
from wares.encoders.base import Encoder
from wares.encoders.familiarity import everything
from wares.encoders.fitted import FittedPictures, FittedWords, Ground, bag, beside, fitted, ground
from wares.encoders.heads import Heads
from wares.encoders.terms import BUCKETS, of_text
from wares.errors import ModelUnavailable, SetupError
from wares.fit.network import Shape, begin
from wares.settings import Environment

MODELS = ("basic", "default", "two-tower")
TEXTS = ["red", "blue mug", "red red lamp", "", "红色马克杯", "green green"]


def picture(seed: int) -> Image.Image:
    chance = np.random.default_rng(seed)
    image = Image.new("RGB", (60, 60), "white")
    image.paste(tuple(chance.integers(0, 256, 3).tolist()), (10, 10, 50, 40 + seed % 10))
    return image


PICTURES = [picture(seed) for seed in range(5)]


@pytest.fixture(scope="module", params=MODELS)
def model(request: pytest.FixtureRequest, export: Callable[..., Path]) -> tuple[Encoder, ...]:
    # Of a fixed length: the means of this export are over the padding too, which its unit vectors do not show.
    location = f"file:{export('split', length=6)}" if request.param == "two-tower" else request.param
    return unfitted(location)


def unfitted(location: str) -> tuple[Encoder, ...]:
    try:
        return models.unfitted(location, Environment.read(), lambda message: None)
    except ModelUnavailable as error:
        pytest.skip(f"the weights cannot be had here: {error}")


@pytest.fixture(scope="module")
def basic() -> tuple[Encoder, ...]:
    return unfitted("basic")


@pytest.fixture(scope="module")
def joint(export: Callable[..., Path]) -> tuple[Encoder, ...]:
    """A model whose words and pictures are comparable as it comes: that is its prior."""
    return unfitted(f"file:{export('split')}")


def read(base: Ground) -> int:
    """How many features the head of words reads."""
    return base.words.read.stop - base.words.read.start


def heads_for(base: Ground, **changes: object) -> Heads:
    """Heads that know nothing, of 12 dimensions, with something in the table."""
    chance = np.random.default_rng(4)
    words = begin(chance.random((30, read(base)), np.float32), Shape(8, 12, BUCKETS), chance)
    table = chance.normal(size=(BUCKETS, 12)).astype(np.float32)
    values: dict[str, object] = {
        "words": msgspec.structs.replace(words, table=table),
        "pictures": begin(chance.random((30, base.pictures.dims), np.float32), Shape(8, 12), chance),
        "towers": (base.words.fingerprint, base.pictures.fingerprint),
        "familiar": everything(len(np.arange(base.pictures.dims)[base.pictures.shows])),
        "prior": 0.25,
        "look": 0.5,
    }
    return Heads(**{**values, **changes})  # type: ignore[arg-type]


def by_channel(encoders: tuple[Encoder, ...]) -> dict[str, Encoder]:
    return {encoder.channel: encoder for encoder in encoders}


def pair(encoders: tuple[Encoder, ...]) -> tuple[FittedWords, FittedPictures]:
    """The encoders of words that look for pictures, and of these."""
    words, pictures = encoders[-2:]
    assert isinstance(words, FittedWords)
    assert isinstance(pictures, FittedPictures)
    return words, pictures


# -- the ground -----------------------------------------------------------------------------------------------------


def test_the_basic_model_has_no_prior_and_its_only_pictures_are_its_look(basic: tuple[Encoder, ...]) -> None:
    base = ground(basic)
    assert base.space == "basic-look-fit"
    assert base.prior is None
    assert base.look is base.look is by_channel(basic)["basic-look.image"]
    assert base.words.dense == basic[0].tower.dims


def test_a_two_tower_model_has_its_own_space_as_prior(joint: tuple[Encoder, ...]) -> None:
    base = ground(joint)
    assert base.prior is not None
    words, pictures = base.prior
    assert (words.modality, pictures.modality) == ("text", "image")
    assert words.space == pictures.space
    assert base.space == f"{words.space}-fit", "its texts are kept for products, so the space stays and one is added"
    assert base.look is None
    assert base.words.dense == words.tower.dims


def test_the_default_model_keeps_its_space_of_words_and_pictures_and_its_look() -> None:
    encoders = by_channel(unfitted("default"))
    base = ground(tuple(encoders.values()))
    assert base.space == "seen"
    assert base.prior == (encoders["seen.text"], encoders["seen.image"])
    assert base.look is encoders["look.image"]
    # The prior's words first, then those of the space of texts.
    towers = encoders["seen.text"].tower.dims + encoders["use.text"].tower.dims
    same = encoders["seen.text"].tower.fingerprint == encoders["use.text"].tower.fingerprint
    assert base.words.dense == (encoders["use.text"].tower.dims if same else towers)


def test_a_model_without_pictures_or_without_words_has_nothing_to_fit(basic: tuple[Encoder, ...]) -> None:
    for some in (basic[:1], basic[1:], ()):
        with pytest.raises(SetupError, match="nothing to fit"):
            ground(some)


def test_features_of_words_are_those_of_the_towers_then_counts_of_terms(basic: tuple[Encoder, ...]) -> None:
    words = ground(basic).words
    rows = words.features(TEXTS)
    assert rows.shape == (len(TEXTS), words.dims)
    np.testing.assert_array_equal(rows[:, : words.dense], words.features_without_terms(TEXTS))
    for row, text in zip(rows, TEXTS, strict=True):
        np.testing.assert_array_equal(row[words.dense :], np.bincount(of_text(text), minlength=BUCKETS))


def test_counts_of_terms_become_the_terms_again() -> None:
    counts = np.zeros((3, 10), np.float32)
    counts[0, 4], counts[0, 1], counts[2, 9] = 2, 1, 3
    found = bag(counts)
    assert (found.terms.tolist(), found.rows.tolist(), found.texts) == ([1, 4, 4, 9, 9, 9], [0, 0, 0, 2, 2, 2], 3)


# -- a model with heads ---------------------------------------------------------------------------------------------


def test_words_that_look_for_pictures_ask_only_and_products_texts_stay(model: tuple[Encoder, ...]) -> None:
    made = fitted(model, heads_for(ground(model)))
    words, pictures = pair(made)
    assert words.asks_only
    assert not pictures.asks_only
    assert (words.space, words.dims) == (pictures.space, pictures.dims)
    before, after = by_channel(model), by_channel(made)
    for channel, encoder in before.items():
        if encoder.modality == "text" and not encoder.asks_only:
            assert after[channel] is encoder
    assert len(after) == len(made)


def test_pictures_that_look_for_pictures_are_changed_only_with_a_share(model: tuple[Encoder, ...]) -> None:
    base = ground(model)
    if base.look is None:
        pytest.skip("this model has no other way to compare pictures")
    channel = base.look.channel
    plain, changed = (by_channel(fitted(model, heads_for(base, look=look)))[channel] for look in (0.0, 0.5))
    assert plain is base.look
    assert changed is not base.look
    assert changed.tower is base.look.tower, "nothing is encoded again"
    assert changed.fingerprint != base.look.fingerprint
    assert changed.dims == base.look.dims + 12


def test_a_share_of_the_look_is_a_share_of_the_likeness(basic: tuple[Encoder, ...]) -> None:
    base, share = ground(basic), 0.25
    heads = heads_for(base, look=share)
    assert base.look is not None
    mixed = by_channel(fitted(basic, heads))[base.look.channel].encode(PICTURES)
    plain, learnt = base.look.encode(PICTURES), heads.pictures(base.pictures.features(PICTURES))
    np.testing.assert_allclose(mixed @ mixed.T, (1 - share) * plain @ plain.T + share * learnt @ learnt.T, atol=1e-5)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_a_share_of_the_prior_is_a_share_of_the_likeness(joint: tuple[Encoder, ...], share: float) -> None:
    base = ground(joint)
    heads = heads_for(base, prior=share)
    words, pictures = pair(fitted(joint, heads))
    asked = ["red", "blue", "green red"]
    mixed = words.encode(asked) @ pictures.encode(PICTURES).T
    assert base.prior is not None
    prior = base.prior[0].encode(asked) @ base.prior[1].encode(PICTURES).T
    learnt = (
        heads.words(base.words.features_read(asked), bag(base.words.features(asked)[:, base.words.dense :]))
        @ heads.pictures(base.pictures.features(PICTURES)).T
    )
    np.testing.assert_allclose(mixed, share * prior + (1 - share) * learnt, atol=1e-5)
    # At the ends the order is that of the one or of the other alone.
    if share in (0.0, 1.0):
        alone = prior if share else learnt
        gaps = np.diff(np.sort(alone, axis=1), axis=1)
        if gaps.min() > 1e-4:
            np.testing.assert_array_equal(mixed.argsort(axis=1), alone.argsort(axis=1))


def test_heads_of_another_model_are_refused(basic: tuple[Encoder, ...], joint: tuple[Encoder, ...]) -> None:
    with pytest.raises(SetupError, match="another model"):
        fitted(basic, heads_for(ground(joint)))
    for towers in (("another", ground(basic).pictures.fingerprint), (ground(basic).words.fingerprint, "another")):
        with pytest.raises(SetupError, match="fit the shop again"):
            fitted(basic, heads_for(ground(basic), towers=towers))


def test_a_vector_does_not_depend_on_what_is_encoded_beside_it(model: tuple[Encoder, ...]) -> None:
    words, pictures = pair(fitted(model, heads_for(ground(model))))
    for encoder, contents in ((words, TEXTS), (pictures, PICTURES)):
        together = encoder.encode(contents)
        alone = np.concatenate([encoder.encode([content]) for content in contents])
        np.testing.assert_allclose(together, alone, atol=2e-4)
        np.testing.assert_allclose(encoder.encode(contents[::-1])[::-1], together, atol=2e-4)


def test_other_heads_are_other_encoders(basic: tuple[Encoder, ...]) -> None:
    """The manifest of an index tells them apart, so that no vector is compared with another fit's."""
    one, other = (fitted(basic, heads_for(ground(basic), prior=share)) for share in (0.25, 0.5))
    for first, second in zip(pair(one), pair(other), strict=True):
        assert first.fingerprint != second.fingerprint
        assert first.tower.fingerprint == second.tower.fingerprint, "what is kept of pictures stays good"


def test_a_question_without_words_finds_nothing(basic: tuple[Encoder, ...]) -> None:
    words, _ = pair(fitted(basic, heads_for(ground(basic))))
    assert not words.encode(["", " \n"]).any()


def test_parts_side_by_side_have_unit_length_even_if_one_is_nothing() -> None:
    one, nothing = np.array([[0.6, 0.8], [1, 0]], np.float32), np.zeros((2, 3), np.float32)
    for learnt, prior in ((one, nothing), (nothing, one)):
        np.testing.assert_allclose(np.linalg.norm(beside(learnt, prior, 0.3), axis=1), 1, atol=1e-6)
    assert not beside(nothing, nothing, 0.3).any()


def test_a_model_without_heads_stays_as_it_comes(basic: tuple[Encoder, ...]) -> None:
    assert models.with_heads(basic, "basic") == basic
    assert models.shipped("basic") is None
