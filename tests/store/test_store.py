"""Products in, products out: against a dictionary as the oracle, and each promise by itself."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given, settings

from wares.errors import CatalogueError, SetupError, StoreError
from wares.records import Media, Price, Product, Variant
from wares.settings import FieldWeights, Settings
from wares.store.entries import Change, Entry, Stored, StoredMedia, Warned
from wares.store.store import Store

Make = Callable[..., Entry]

ids = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
texts = st.text(st.characters(codec="utf-8"), max_size=20)
media = st.builds(
    Media, source=texts | st.binary(max_size=20), modality=st.sampled_from(["image", "audio", "video", "text"])
)
values = texts | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.lists(texts).map(tuple)
prices = st.none() | st.builds(Price, amount=st.integers(0, 10**12), currency=st.sampled_from(["", "EUR", "JPY"]))
variants = st.builds(
    Variant, id=ids, options=st.dictionaries(texts, texts, max_size=2), price=prices, media=st.tuples(media)
)
products = st.builds(
    Product,
    id=ids,
    title=texts,
    category=st.lists(texts, max_size=3).map(tuple),
    attributes=st.dictionaries(texts, values, max_size=3),
    price=prices,
    rating=st.none() | st.floats(0, 5),
    variants=st.lists(variants, max_size=2).map(tuple),
    media=st.lists(media, max_size=2).map(tuple),
    relations=st.dictionaries(texts, st.lists(ids, max_size=2).map(tuple), max_size=1),
)


@given(products)
@settings(max_examples=100, deadline=None)
def test_a_product_comes_back_as_it_was_put(product: Product):
    from wares.store import documents

    assert documents.decode(documents.encode(product)) == product


step = st.one_of(
    st.tuples(st.just("put"), st.lists(st.tuples(st.sampled_from("abcdef"), texts), max_size=4)),
    st.tuples(st.just("remove"), st.lists(st.sampled_from("abcdefg"), max_size=3)),
)


@given(st.lists(step, max_size=8))
@settings(max_examples=40, deadline=None)
def test_any_sequence_of_writes_leaves_what_a_dictionary_would(tmp_path_factory: Any, steps: list[Any]):
    expected: dict[str, str] = {}
    numbers: dict[str, int] = {}
    feed: dict[int, bool] = {}  # the replica that follows the feed: number → is it there
    used: set[int] = set()
    seen = 0
    with Store.create(tmp_path_factory.mktemp("model") / "shop.db") as store:
        for verb, arguments in steps:
            if verb == "put":
                entries = [Entry(product=Product(id=id, title=title), hash=title.encode()) for id, title in arguments]
                for entry, number in zip(entries, store.put(entries), strict=True):
                    id = entry.product.id
                    assert numbers.get(id, number) == number, "a replaced product keeps its number"
                    assert id in numbers or number not in used, "a number is given out once"
                    numbers[id] = number
                    used.add(number)
                expected |= dict(arguments)
            else:
                assert sorted(store.remove(arguments)) == sorted(
                    numbers.pop(id) for id in set(arguments) & set(numbers)
                )
                for id in arguments:
                    expected.pop(id, None)
            for change in store.changes(seen):
                assert change.change > seen
                seen = change.change
                feed[change.number] = not change.removed
        assert {id: (n, p.title) for id, (n, p) in store.get("abcdefg").items()} == {
            id: (numbers[id], title) for id, title in expected.items()
        }
        assert store.hashes("abcdefg") == {id: title.encode() for id, title in expected.items()}
        assert {number for number, there in feed.items() if there} == set(numbers.values())
        assert len(store) == len(expected)
        assert store.last_change() == seen


def test_a_replaced_product_has_only_its_new_media(store: Store, entry: Make):
    [number] = store.put([entry("a", keys=("k1", "k2"))])
    store.put([entry("a", keys=("k3",))])
    assert [medium.key for medium in store.media([number])[number]] == ["k3"]


def test_media_come_back_whole_and_in_order(store: Store, entry: Make):
    odd = StoredMedia(
        position=1, key=None, modality="audio", role="demo", variant="a-1", source="x.wav", warning="gone"
    )
    first = StoredMedia(position=0, key="k", modality="image")
    numbers = store.put([entry("a", media=(odd, first)), entry("b")])
    assert store.media(numbers) == {numbers[0]: (first, odd)}


def test_of_one_id_twice_in_a_batch_the_last_counts(store: Store, entry: Make):
    numbers = store.put([entry("a", "old", keys=("k1",)), entry("b"), entry("a", "new", keys=("k2",))])
    assert numbers[0] == numbers[2]
    assert store.get(["a"])["a"][1].title == "new"
    assert [medium.key for medium in store.media(numbers)[numbers[0]]] == ["k2"]
    assert len(store) == 2


def test_a_batch_with_a_product_that_cannot_be_stored_changes_nothing(store: Store, entry: Make):
    with pytest.raises(CatalogueError, match="'b'"):
        store.put([entry("a"), Entry(product=Product(id="b", title="t", rating=math.nan), hash=b"")])
    two_first = (StoredMedia(position=0, key=None, modality="image"),) * 2
    with pytest.raises(StoreError):
        store.put([entry("a"), entry("c", media=two_first)])
    assert len(store) == 0
    assert store.last_change() == 0


@pytest.mark.parametrize(
    "product",
    [
        Product(id="x", title="half a pair: \ud800"),
        Product(id="x", title="t", attributes={"n": math.inf}),
        Product(id=5, title="t"),  # type: ignore[arg-type]
        Product(id="x", title="t", rating="good"),  # type: ignore[arg-type]
    ],
    ids=["surrogate", "infinite", "id", "rating"],
)
def test_what_could_not_be_read_back_is_refused(store: Store, product: Product):
    with pytest.raises(CatalogueError, match=repr(product.id)) as refused:
        store.put([Entry(product=product, hash=b"")])
    assert "\n" not in str(refused.value)


def test_text_that_is_not_unicode_is_refused_in_media_and_unknown_as_an_id(store: Store, entry: Make):
    with pytest.raises(StoreError, match="Unicode"):
        store.put([entry("a", keys=("\udcff.jpg",))])
    assert store.get(["\udcff"]) == {}
    assert store.hashes(["\udcff"]) == {}
    assert store.remove(["\udcff"]) == []


def test_a_scan_brings_every_product_once_in_order_with_its_media(store: Store, entry: Make):
    numbers = store.put([entry(f"p{n}", keys=(f"k{n}",) * (n % 2)) for n in range(25)])
    store.remove(["p3", "p20"])
    batches = list(store.scan(batch=10))
    assert [len(batch) for batch in batches] == [10, 10, 3]
    rows = [row for batch in batches for row in batch]
    kept = [n for n in range(25) if n not in (3, 20)]
    assert [row.number for row in rows] == [numbers[n] for n in kept]
    assert [row.product.id for row in rows] == [f"p{n}" for n in kept]
    assert rows[0] == Stored(numbers[0], Product(id="p0", title="A thing"), ())
    assert [medium.key for medium in rows[1].media] == ["k1"]


def test_writing_goes_on_while_a_scan_is_under_way(store: Store, entry: Make):
    store.put([entry(f"p{n}") for n in range(4)])
    scan = store.scan(batch=2)
    next(scan)
    since = store.last_change()
    store.put([entry("late")])
    assert [row.product.id for batch in scan for row in batch][-1] == "late"
    assert [change.number for change in store.changes(since)] == [5]


def test_the_feed_can_be_read_in_small_pieces(store: Store, entry: Make):
    store.put([entry("a"), entry("b"), entry("c")])
    store.put([entry("a")])
    store.remove(["b"])
    first = store.changes(0, limit=2)
    assert first == [Change(3, 3, False), Change(4, 1, False)]
    assert store.changes(first[-1].change, limit=2) == [Change(5, 2, True)]
    assert store.changes(5) == []


def test_more_ids_than_one_statement_holds(store: Store, entry: Make):
    store.put([entry(f"p{n}") for n in range(1200)])
    asked = [f"p{n}" for n in range(0, 2400, 2)]
    assert store.hashes(asked).keys() == {f"p{n}" for n in range(0, 1200, 2)}
    assert len(store.products(range(1, 1201))) == 1200
    assert len(store.remove(asked)) == 600


def test_ids_like_finds_slips_of_case_and_typing(store: Store, entry: Make):
    store.put([entry(id) for id in ("SKU-1001", "SKU-1002", "shoe-red", "100%_off", "颜色-1")])
    assert store.ids_like("sku-1001")[0] == "SKU-1001"
    assert store.ids_like("SKU-1003")[0] in ("SKU-1001", "SKU-1002")
    assert store.ids_like("shoe-rde") == ["shoe-red"]
    assert store.ids_like("%") == []
    assert store.ids_like("颜色-2") == ["颜色-1"]


def test_warnings_name_product_and_source(store: Store, entry: Make):
    broken = StoredMedia(position=0, key=None, modality="image", source="x.jpg", warning="404 Not Found")
    derived = StoredMedia(position=1, key="t", modality="text", role="meaning")
    store.put([entry("a", keys=("k",)), entry("b", media=(broken, derived)), entry("c", media=(broken,))])
    assert store.media_count() == 3
    assert store.warning_count() == 2
    assert store.warnings(1) == [Warned("b", "x.jpg", "404 Not Found")]
    store.remove(["b", "c"])
    assert store.warnings() == []


def test_settings_are_the_defaults_until_saved(store: Store, tmp_path: Path):
    assert store.settings() == Settings()
    changed = Settings(model="builtin", fields=FieldWeights(title=3.0), k1=0.9)
    store.save_settings(Settings(model="other"))
    store.save_settings(changed)
    with Store.open(tmp_path / "shop.db") as again:
        assert again.settings() == changed


def test_a_store_opened_for_reading_reads_and_refuses_to_write(store: Store, entry: Make, tmp_path: Path):
    store.put([entry("a")])
    with Store.open(tmp_path / "shop.db", read_only=True) as reader:
        assert len(reader) == 1
        store.put([entry("b")])
        assert len(reader) == 2
        with pytest.raises(StoreError, match="for reading only"):
            reader.put([entry("c")])


def test_records_survive_json(store: Store):
    """The feed's own data URL stays text; only bytes come back as bytes."""
    url = "data:image/png;base64,AAAA"
    product = Product(id="a", title="t", media=(Media(url), Media(b"\0")))
    store.put([Entry(product=product, hash=b"")])
    assert store.get(["a"])["a"][1] == product
    assert msgspec.json.decode(msgspec.json.encode(Media(url)), type=Media) == Media(url)


def test_a_url_that_is_no_store_is_a_setting_to_mend():
    with pytest.raises(SetupError, match="postgresql"):
        Store.open("mysql://someone:secret@host/shop")
    with pytest.raises(SetupError) as refused:
        Store.open("postgresql://someone:secret@host/shop")
    assert "secret" not in str(refused.value)


def test_a_sqlite_url_names_a_file(tmp_path: Path, entry: Make):
    with Store.create(f"sqlite:///{tmp_path}/by url.db") as store:
        store.put([entry("a")])
    with Store.open(tmp_path / "by url.db") as store:
        assert len(store) == 1
