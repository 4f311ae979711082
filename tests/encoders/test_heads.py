"""Heads: what they make of features, and the file they are kept in."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.encoders.familiarity import learned
from wares.encoders.heads import FORMAT, Bag, Head, Heads, gelu, load, means, save
from wares.errors import StoreError

#: The cosine that int8 weights must keep with the vector of float32 weights. Measured on 400 random heads of 16 to 64
#: features, hidden units and dimensions: 0.99984 at the worst. Of two or three units, rounding may cost much more.
ROUNDED = 0.9995


def head(seed: int, reads: int = 7, hidden: int = 11, dims: int = 5, buckets: int = 6) -> Head:
    chance = np.random.default_rng(seed)

    def drawn(*shape: int) -> np.ndarray:
        return chance.normal(size=shape).astype(np.float32)

    return Head(
        mean=drawn(reads),
        scale=np.abs(drawn(reads)) + np.float32(0.5),
        hidden=drawn(hidden, reads) / 3,
        hidden_bias=drawn(hidden),
        out=drawn(dims, hidden) / 3,
        skip=drawn(dims, reads) / 3,
        bias=drawn(dims) / 10,
        table=drawn(buckets, dims),
    )


def rows(count: int, width: int) -> np.ndarray:
    return np.random.default_rng(count).normal(size=(count, width)).astype(np.float32)


def heads(**changes: object) -> Heads:
    values: dict[str, object] = {
        **{"words": head(1), "pictures": head(2, buckets=0), "towers": ("a", "b"), "prior": 0.25, "look": 0.5},
        "familiar": learned(rows(40, 7), rows(20, 7), 1),
    }
    return Heads(**{**values, **changes})  # type: ignore[arg-type]


def features(rows: int = 9, reads: int = 7) -> np.ndarray:
    return np.random.default_rng(3).normal(size=(rows, reads)).astype(np.float32)


BAG = Bag(np.array([0, 0, 5, 3]), np.array([0, 0, 1, 8]), 9)


# -- forward --------------------------------------------------------------------------------------------------------


def test_a_head_does_what_its_formula_says() -> None:
    one = head(1)
    for row, vector in enumerate(one(features(), BAG)):
        x = (features()[row].astype(np.float64) - one.mean) * one.scale
        before = one.hidden @ x + one.hidden_bias
        y = one.out @ (before / (1 + np.exp(-1.702 * before))) + one.skip @ x + one.bias
        mine = [one.table[term] for term, of in zip(BAG.terms, BAG.rows, strict=True) if of == row]
        y = y + (np.sum(mine, axis=0) / np.sqrt(len(mine)) if mine else 0)
        np.testing.assert_allclose(vector, y / np.linalg.norm(y), atol=1e-5)


def test_vectors_have_unit_length_and_a_row_of_zeros_stays_one() -> None:
    rows = features()
    rows[4] = 0
    lengths = np.linalg.norm(head(1)(rows), axis=1)
    assert lengths[4] == 0
    np.testing.assert_allclose(np.delete(lengths, 4), 1, atol=1e-5)


def test_terms_count_only_where_there_is_a_table() -> None:
    plain = msgspec.structs.replace(head(1), table=np.zeros((0, 5), np.float32))
    np.testing.assert_array_equal(plain(features(), BAG), plain(features()))
    assert np.abs(head(1)(features(), BAG) - head(1)(features())).max() > 0.1


def test_a_row_does_not_depend_on_its_neighbours() -> None:
    one, rows = head(1), features()
    alone = np.concatenate([one(rows[at : at + 1]) for at in range(len(rows))])
    np.testing.assert_allclose(one(rows), alone, atol=1e-6)


def test_features_from_far_away_do_not_overflow() -> None:
    assert np.isfinite(head(1)(features() * 1e6)).all()
    assert np.isfinite(gelu(np.array([-1e30, 0, 1e30], np.float32))).all()


def test_no_rows_give_none() -> None:
    assert head(1)(np.zeros((0, 7), np.float32), Bag(np.zeros(0, int), np.zeros(0, int), 0)).shape == (0, 5)


@settings(max_examples=80, deadline=None)
@given(lengths=st.lists(st.integers(0, 4), max_size=8), seed=st.integers(0, 1_000))
def test_sums_of_bags_are_those_of_a_loop(lengths: list[int], seed: int) -> None:
    chance = np.random.default_rng(seed)
    table, terms = chance.normal(size=(9, 3)).astype(np.float32), chance.integers(0, 9, sum(lengths))
    bag = Bag(terms, np.repeat(np.arange(len(lengths)), lengths), len(lengths))
    found, start = means(table, bag), 0
    assert found.shape == (len(lengths), 3)
    for row, length in zip(found, lengths, strict=True):
        total = sum((table[term] for term in terms[start : start + length]), np.zeros(3))
        np.testing.assert_allclose(row, total / np.sqrt(max(length, 1)), atol=1e-5)
        start += length


# -- files ----------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1_000),
    reads=st.integers(16, 64),
    hidden=st.integers(16, 64),
    dims=st.integers(16, 64),
    spread=st.sampled_from([1e-3, 1.0, 100.0]),
)
def test_what_is_read_back_gives_nearly_the_same_vectors(
    tmp_path_factory: pytest.TempPathFactory, seed: int, reads: int, hidden: int, dims: int, spread: float
) -> None:
    path = tmp_path_factory.getbasetemp() / "heads.npz"
    words = head(seed, reads, hidden, dims)
    words = msgspec.structs.replace(words, out=words.out * np.float32(spread))
    pictures = head(seed + 1, reads, hidden, dims, 0)
    save(heads(words=words, pictures=pictures), path)
    read, rows = load(path), features(6, reads)
    bag = Bag(np.array([0, 3]), np.array([1, 1]), 6)
    for one, other in ((words(rows, bag), read.words(rows, bag)), (pictures(rows), read.pictures(rows))):
        assert (one * other).sum(axis=1).min() > ROUNDED
    assert (read.towers, read.prior, read.look) == (("a", "b"), 0.25, 0.5)


def test_what_was_read_is_the_same_however_often_it_is_kept(tmp_path: Path) -> None:
    save(heads(), tmp_path / "one.npz")
    once = load(tmp_path / "one.npz")
    save(once, tmp_path / "two.npz")
    twice = load(tmp_path / "two.npz")
    for one, other in ((once.words, twice.words), (once.pictures, twice.pictures)):
        np.testing.assert_allclose(one(features()), other(features()), atol=1e-6)


def test_matrices_take_a_byte_a_number(tmp_path: Path) -> None:
    wide = head(1, reads=100, hidden=200, dims=100, buckets=500)
    save(heads(words=wide), tmp_path / "heads.npz")
    numbers = sum(array.size for array in msgspec.structs.astuple(wide))
    assert (tmp_path / "heads.npz").stat().st_size < 1.3 * numbers


def test_rows_of_zeros_are_kept_as_such(tmp_path: Path) -> None:
    words = msgspec.structs.replace(head(1), table=np.zeros((6, 5), np.float32))
    save(heads(words=words), tmp_path / "heads.npz")
    assert not load(tmp_path / "heads.npz").words.table.any()
    assert load(tmp_path / "heads.npz").pictures.table.shape == (0, 5)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="missing or damaged"):
        load(tmp_path / "none.npz")


@settings(max_examples=60, deadline=None)
@given(share=st.floats(0, 0.999), flipped=st.booleans(), at=st.floats(0, 0.999))
def test_a_damaged_file_is_told_or_gives_finite_heads(
    tmp_path_factory: pytest.TempPathFactory, share: float, flipped: bool, at: float
) -> None:
    """Cut short or with a byte turned around, wherever: no other exception, and no number that is none."""
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    save(heads(), path)
    data = bytearray(path.read_bytes())
    if flipped:
        data[int(at * len(data))] ^= 0xFF
    else:
        data = data[: int(share * len(data))]
    path.write_bytes(data)
    try:
        found = load(path)
    except StoreError as told:
        assert "damaged" in str(told) or "newer" in str(told)
        assert "\n" not in str(told)
    else:
        assert flipped, "half a file is no file"
        assert np.isfinite(found.words(features())).all()


def arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as found:
        return dict(found)


def test_what_a_newer_program_made_is_not_guessed_at(tmp_path: Path) -> None:
    save(heads(), tmp_path / "heads.npz")
    np.savez(tmp_path / "newer.npz", **{**arrays(tmp_path / "heads.npz"), "format": np.array(FORMAT + 1)})
    with pytest.raises(StoreError, match="newer wares"):
        load(tmp_path / "newer.npz")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["words.bias", "words.mean", "pictures.hidden.scale", "words.table.scale"])
def test_numbers_that_are_none_are_damage(tmp_path: Path, name: str, value: float) -> None:
    save(heads(), tmp_path / "heads.npz")
    found = arrays(tmp_path / "heads.npz")
    found[name].flat[0] = value
    np.savez(tmp_path / "bad.npz", **found)
    with np.errstate(invalid="ignore"), pytest.raises(StoreError, match="damaged"):
        load(tmp_path / "bad.npz")


@pytest.mark.parametrize("name", ["words.bias", "pictures.skip", "towers", "shares", "format"])
def test_an_array_that_is_missing_is_damage(tmp_path: Path, name: str) -> None:
    save(heads(), tmp_path / "heads.npz")
    found = arrays(tmp_path / "heads.npz")
    del found[name]
    np.savez(tmp_path / "bad.npz", **found)
    with pytest.raises(StoreError, match="damaged"):
        load(tmp_path / "bad.npz")


class Trap:
    """Unpickled, it leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> object:
        return Path.touch, (self.path,)


def test_nothing_in_a_file_is_ever_run(tmp_path: Path) -> None:
    sprung, path = tmp_path / "sprung", tmp_path / "heads.npz"
    path.write_bytes(pickle.dumps(Trap(sprung)))
    with pytest.raises(StoreError, match="damaged"):
        load(path)
    save(heads(), path)
    np.savez(path, **{**arrays(path), "words.bias": np.array([Trap(sprung)], object)})
    with pytest.raises(StoreError, match="damaged"):
        load(path)
    np.save(tmp_path / "heads.npy", np.zeros(3))
    with pytest.raises(StoreError, match="damaged"):
        load(tmp_path / "heads.npy")
    assert not sprung.exists()


def test_another_kind_of_archive_is_damage(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "heads.npz", "w") as archive:
        archive.writestr("letter.txt", "dear reader")
    with pytest.raises(StoreError, match="damaged"):
        load(tmp_path / "heads.npz")


# -- identity -------------------------------------------------------------------------------------------------------


def test_a_fingerprint_changes_with_any_number() -> None:
    made = {heads().fingerprint()}
    for side in ("words", "pictures"):
        for name in Head.__struct_fields__:
            array = getattr(getattr(heads(), side), name).copy()
            if array.size:
                array.flat[-1] += 1e-3
                changed = msgspec.structs.replace(getattr(heads(), side), **{name: array})
                made.add(heads(**{side: changed}).fingerprint())
    made |= {
        heads(prior=0.26).fingerprint(),
        heads(look=0.51).fingerprint(),
        heads(towers=("a", "c")).fingerprint(),
        heads(words=head(2, buckets=0), pictures=head(1)).fingerprint(),
    }
    assert len(made) == 1 + 15 + 4
    assert heads().fingerprint() == heads().fingerprint()
    assert all(len(mark) == 16 and int(mark, 16) >= 0 for mark in made)


def test_a_file_that_was_copied_has_the_same_fingerprint(tmp_path: Path) -> None:
    save(heads(), tmp_path / "one.npz")
    (tmp_path / "two.npz").write_bytes((tmp_path / "one.npz").read_bytes())
    assert load(tmp_path / "one.npz").fingerprint() == load(tmp_path / "two.npz").fingerprint()
