"""Training: heads learn what was planted, and nothing is returned when the numbers run away."""

from __future__ import annotations

from functools import partial

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.encoders.heads import Bag, Head
from wares.fit.judging import reciprocal_ranks
from wares.fit.losses import LOSSES
from wares.fit.material import Bank, Material, Texts
from wares.fit.network import Shape
from wares.fit.training import SLACK, Batches, Recipe, Trained, TrainingFailed, train

#: Enough to learn with, and no more.
TINY = Recipe(pictures=Shape(16, 12), words=Shape(16, 12, 32), batch=64, steps=120, every=20, rate=5e-3, averaged=0.9)
HIDDEN, WIDE, DEEP = 6, 10, 14


def planted(products: int = 160, seed: int = 0, kinds: int = 4, noise: float = 0.1) -> Material:
    """Products with two pictures and two captions each: features of both sides are mixed from one hidden row."""
    chance, fixed = np.random.default_rng(seed), np.random.default_rng(99)
    seen, said = fixed.normal(size=(HIDDEN, WIDE)), fixed.normal(size=(HIDDEN, DEEP))
    hidden = chance.normal(size=(products, HIDDEN))
    owners = np.repeat(np.arange(products), 2)
    pictures = (hidden[owners] @ seen + noise * chance.normal(size=(2 * products, WIDE))).astype(np.float32)
    captions = (hidden[owners] @ said + noise * chance.normal(size=(2 * products, DEEP))).astype(np.float32)
    terms = chance.integers(0, 32, 4 * products)
    return Material(
        pictures=pictures,
        owners=owners,
        views=np.zeros((0, WIDE), np.float32),
        viewed=np.zeros(0, np.int64),
        texts=Texts(captions, terms, np.arange(0, 4 * products + 1, 2)),
        own=[np.array([2 * p, 2 * p + 1]) for p in range(products)],
        said=[() for _ in range(products)],
        stated=[frozenset() for _ in range(2 * products)],
        facets=[frozenset((p % kinds,)) for p in range(products)],
        groups=np.arange(products),
        kinds=np.arange(products) % kinds,
    )


def with_shared_captions(material: Material, kinds: int = 4) -> Material:
    """The same, where every kind has a name that holds for all of it, and a bank of these names."""
    features = material.texts.features
    names = np.stack([features[kind::kinds].mean(axis=0) for kind in range(kinds)])
    first = len(features)
    texts = Texts(
        np.concatenate([features, names]),
        material.texts.terms,
        np.r_[material.texts.starts, np.full(kinds, len(material.texts.terms))],
    )
    return material._replace(
        texts=texts,
        said=[(np.array([first + kind]),) for kind in material.kinds.tolist()],
        stated=[*material.stated, *(frozenset((kind,)) for kind in range(kinds))],
        banks=[Bank(np.arange(kinds), [np.array([first + kind]) for kind in range(kinds)])],
    )


def found(material: Material, words: Head, pictures: Head) -> float:
    """Mean reciprocal rank of first pictures among all, asked by first captions."""
    texts = material.texts
    chosen = np.arange(0, 2 * len(material.groups), 2)
    scores = words(texts.features[chosen], texts.bag(chosen)) @ pictures(material.pictures[chosen]).T
    return float(reciprocal_ranks(scores, np.eye(len(chosen), dtype=bool)).mean())


#: Products that were never learned from, of the same world.
HELD = planted(60, seed=7)


def trained(material: Material, start: tuple[Head, Head] | None = None, **recipe: object) -> Trained:
    return train(material, msgspec.structs.replace(TINY, **recipe), partial(found, HELD), _silent, start)


def _silent(step: int, steps: int, value: float) -> None:
    """Nobody listens."""


@pytest.fixture(scope="module")
def learnt() -> Trained:
    return trained(planted())


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_heads_learn_what_words_and_pictures_have_in_common(loss: str) -> None:
    made = trained(planted(), loss=loss)
    before, after = made.curve[0].value, found(HELD, made.words, made.pictures)
    assert before < 0.2
    assert after > 0.5, made.curve


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_the_loss_falls(loss: str) -> None:
    curve = trained(planted(), loss=loss, steps=80).curve
    assert curve[-1].loss < 0.9 * curve[1].loss


def test_names_that_many_products_share_and_banks_are_learned_too() -> None:
    material = with_shared_captions(planted())
    made = trained(material)
    assert found(HELD, made.words, made.pictures) > 0.3


def test_the_same_seed_gives_the_same_heads_and_another_seed_others(learnt: Trained) -> None:
    again, other = trained(planted()), trained(planted(), seed=21)
    for name in Head.__struct_fields__:
        for side in ("words", "pictures"):
            np.testing.assert_array_equal(getattr(getattr(learnt, side), name), getattr(getattr(again, side), name))
    assert np.abs(other.words.out - learnt.words.out).max() > 1e-3
    assert again.curve[1:] == learnt.curve[1:]


def test_the_heads_are_the_last_that_are_as_good_as_the_best_but_for_chance(learnt: Trained) -> None:
    good = max(point.value for point in learnt.curve[1:]) - SLACK
    kept = [point for point in learnt.curve[1:] if point.value >= good][-1]
    assert learnt.best == kept.step
    assert found(HELD, learnt.words, learnt.pictures) == pytest.approx(kept.value)


def test_everything_is_told_as_it_comes() -> None:
    told: list[tuple[int, int]] = []
    train(planted(40), msgspec.structs.replace(TINY, steps=50), partial(found, HELD), lambda *it: told.append(it[:2]))
    assert told == [(20, 50), (40, 50), (50, 50)]


# -- where it stops -------------------------------------------------------------------------------------------------


def test_it_stops_when_what_is_held_out_gets_no_better() -> None:
    marks = iter([0.1, 0.3, 0.5, 0.4, 0.4, 0.4, 0.9])
    made = train(
        planted(40), msgspec.structs.replace(TINY, steps=500, every=5, patience=3), lambda *_: next(marks), _silent
    )
    assert [point.value for point in made.curve] == [0.1, 0.3, 0.5, 0.4, 0.4, 0.4]
    assert made.best == 10


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("side", ["pictures", "captions"])
def test_features_that_are_no_numbers_train_nothing(side: str, value: float) -> None:
    material = planted(40)
    if side == "pictures":
        material.pictures[5, 2] = value
    else:
        material.texts.features[8, 1] = value
    with np.errstate(all="ignore"), pytest.raises(TrainingFailed, match="nothing was kept"):
        train(material, TINY, lambda *_: 0.0, _silent)


def test_a_rate_that_runs_away_trains_nothing() -> None:
    with np.errstate(all="ignore"), pytest.raises(TrainingFailed, match="nothing was kept"):
        train(planted(40), msgspec.structs.replace(TINY, rate=1e30, steps=200), lambda *_: 0.0, _silent)


# -- where it starts ------------------------------------------------------------------------------------------------


def test_it_goes_on_from_given_heads(learnt: Trained) -> None:
    start = learnt.words, learnt.pictures
    before = [head.out.copy() for head in start]
    made = trained(planted(), start, steps=40, rate=1e-3)
    assert made.curve[0].value == pytest.approx(found(HELD, *start))
    assert found(HELD, made.words, made.pictures) >= made.curve[0].value
    for head, out in zip(start, before, strict=True):
        np.testing.assert_array_equal(head.out, out)  # what is in force is not written to


def test_given_heads_are_kept_when_nothing_better_comes(learnt: Trained) -> None:
    noise = np.random.default_rng(1)
    material = planted()
    shuffled = material._replace(pictures=noise.normal(size=material.pictures.shape).astype(np.float32))
    made = trained(shuffled, (learnt.words, learnt.pictures), steps=60, rate=2e-2)
    assert made.best == 0
    np.testing.assert_array_equal(made.words.out, learnt.words.out)


# -- batches --------------------------------------------------------------------------------------------------------


def batches(material: Material, **recipe: object) -> Batches:
    return Batches(material, msgspec.structs.replace(TINY, **recipe), np.random.default_rng(5))


def products_of(material: Material, pictures: np.ndarray) -> list[int]:
    """The product that each row of a batch is of, found by its features."""
    place = {row.tobytes(): int(owner) for row, owner in zip(material.pictures, material.owners, strict=True)}
    return [place[row.tobytes()] for row in pictures]


def test_hard_negatives_are_of_the_same_kind() -> None:
    material = planted(400, kinds=40)
    plain, hard = (
        np.mean([crowd(material, batches(material, hard=share, batch=60, neighbourhood=10)) for _ in range(5)])
        for share in (0.0, 1.0)
    )
    # Of 60 drawn among 40 kinds, two or so share one; a neighbourhood holds ten.
    assert plain < 5
    assert hard > 7


def crowd(material: Material, drawing: Batches) -> float:
    """How many of the commonest kind a batch has."""
    kinds = material.kinds[products_of(material, drawing.draw().pictures)]
    return float(np.bincount(kinds).max())


def test_every_product_is_met_about_as_often_as_any_other() -> None:
    material = planted(96)
    drawing, counts = batches(material, hard=0.0, batch=32), np.zeros(96, int)
    for _ in range(30):
        counts[products_of(material, drawing.draw().pictures)] += 1
    assert set(counts.tolist()) == {10}


def test_no_product_is_twice_in_a_batch_and_captions_stand_beside_their_own() -> None:
    material = planted(100)
    batch = batches(material, captions=3).draw()
    products = products_of(material, batch.pictures)
    assert len(set(products)) == len(products)
    assert len(batch.captions) == 3 * len(products)
    np.testing.assert_array_equal(batch.together, np.repeat(np.eye(len(products), dtype=bool), 3, axis=0))


def test_products_without_words_are_not_learned_from() -> None:
    material = planted(40)
    mute = material._replace(own=[own if p % 2 else np.zeros(0, np.int64) for p, own in enumerate(material.own)])
    drawing = batches(mute)
    for _ in range(5):
        assert all(product % 2 for product in products_of(material, drawing.draw().pictures))


def test_a_small_catalogue_is_a_batch_of_its_own() -> None:
    batch = batches(planted(10)).draw()
    assert 1 <= len(batch.pictures) <= 10


def test_other_views_take_the_place_of_pictures() -> None:
    material = planted(40)
    views = np.full((80, material.pictures.shape[1]), 7, np.float32)
    viewed = material._replace(views=views, viewed=np.arange(80))
    shown = [batches(viewed, viewed=share).draw().pictures for share in (0.0, 0.5, 1.0)]
    shares = [(rows == 7).all(axis=1).mean() for rows in shown]
    assert shares[0] == 0
    assert 0 < shares[1] < 1
    assert shares[2] == 1


def test_some_captions_come_without_terms_and_some_terms_are_left_out() -> None:
    material = planted(100)
    whole = batches(material, bagless=0.0, forgotten=0.0).draw().bag
    some = batches(material, bagless=0.5, forgotten=0.3).draw().bag
    assert len(whole.terms) == 2 * whole.texts
    assert 0.2 * len(whole.terms) < len(some.terms) < 0.6 * len(whole.terms)
    assert len(batches(material, bagless=1.0).draw().bag.terms) == 0


def test_names_of_a_bank_hold_for_their_products() -> None:
    material = with_shared_captions(planted(40))
    batch = batches(material, captions=1, own=1.0).draw()
    products = products_of(material, batch.pictures)
    (said, one), (named, half) = batch.parts
    assert (one, half) == (1.0, TINY.banked)
    assert (said.stop, named.stop - named.start) == (len(products), 4)
    rows = [batch.captions[at] for at in range(named.start, named.stop)]
    names = [row.tobytes() for row in material.texts.features[-4:]]
    kinds = [names.index(row.tobytes()) for row in rows]
    wanted = np.array([[material.kinds[p] == kind for p in products] for kind in kinds])
    np.testing.assert_array_equal(batch.together[named], wanted)


# -- what holds for what --------------------------------------------------------------------------------------------

facets = st.frozensets(st.integers(0, 5), max_size=3)


@settings(max_examples=100, deadline=None)
@given(
    has=st.lists(facets, min_size=1, max_size=6),
    stated=st.lists(facets, min_size=1, max_size=6),
    numbers=st.lists(st.integers(0, 2), min_size=6, max_size=6),
    data=st.data(),
)
def test_a_caption_that_holds_for_another_product_is_not_counted_wrong(
    has: list[frozenset[int]], stated: list[frozenset[int]], numbers: list[int], data: st.DataObject
) -> None:
    empty = planted(1)
    material = empty._replace(stated=stated, facets=has, groups=np.array(numbers[: len(has)]))
    products = np.array(data.draw(st.lists(st.integers(0, len(has) - 1), min_size=1, max_size=6)))
    captions = np.array(data.draw(st.lists(st.integers(0, len(stated) - 1), min_size=1, max_size=6)))
    speakers = np.array(data.draw(st.lists(st.integers(0, len(has) - 1), min_size=len(captions), max_size=6)))
    speakers = speakers[: len(captions)]
    wanted = [
        [
            numbers[speaker] == numbers[product] or (bool(stated[caption]) and stated[caption] <= has[product])
            for product in products
        ]
        for caption, speaker in zip(captions, speakers, strict=True)
    ]
    np.testing.assert_array_equal(material.together(captions, speakers, products), wanted)
    alone = [[bool(stated[c]) and stated[c] <= has[p] for p in products] for c in captions]
    np.testing.assert_array_equal(material.holds([stated[c] for c in captions], products), alone)


@settings(max_examples=50, deadline=None)
@given(lengths=st.lists(st.integers(0, 3), min_size=1, max_size=6), chosen=st.lists(st.integers(0, 5), max_size=8))
def test_the_terms_of_chosen_texts_are_those_of_a_loop(lengths: list[int], chosen: list[int]) -> None:
    texts = planted(1).texts._replace(terms=np.arange(sum(lengths)) * 10, starts=np.cumsum([0, *lengths]))
    places = [at % len(lengths) for at in chosen]
    bag = texts.bag(np.array(places, np.int64))
    wanted = [(row, 10 * (sum(lengths[:at]) + n)) for row, at in enumerate(places) for n in range(lengths[at])]
    assert isinstance(bag, Bag)
    assert bag.texts == len(places)
    assert list(zip(bag.rows.tolist(), bag.terms.tolist(), strict=True)) == wanted


def test_a_recipe_says_what_it_is() -> None:
    assert Recipe().loss in LOSSES
    assert msgspec.json.decode(msgspec.json.encode(Recipe()), type=Recipe) == Recipe()
