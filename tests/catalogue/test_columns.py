"""Which column is which."""

import json
from pathlib import Path

import pytest

from wares.catalogue import read
from wares.catalogue.columns import TARGETS, Columns, plain, recognise
from wares.errors import CatalogueError
from wares.records import Product


def table(path: Path, header: str, *rows: str) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("Product ID", "id"),
        ("productId", "id"),
        ("商品ID", "id"),
        ("Artikelnummer", "id"),
        ("g:id", "id"),
        ("产品名称", "title"),
        ("Titre", "title"),
        ("Nombre del producto", "title"),
        ("VERKAUFSPREIS", "price"),
        ("价格", "price"),
        ("image-link", "image"),
        ("imageLink", "image"),
        ("image 2", "image"),
        ("image_12", "image"),
        ("additional_image_link", "image"),
        ("item_group_id", "group"),
        ("Währung", "currency"),
    ],
)
def test_usual_names_are_recognised(name: str, target: str):
    found = recognise(name)
    assert found is not None
    assert found[0] == target


@pytest.mark.parametrize("name", ["title_zh", "colour", "price 2", "split", "id_of_sender", ""])
def test_other_names_are_attributes(name: str):
    assert recognise(name) is None


def test_every_name_of_the_table_is_written_plainly_and_has_one_target():
    names = [name for target in TARGETS.values() for name in target.names]
    assert [name for name in names if plain(name) != name] == []
    assert len(names) == len(set(names))


def test_the_first_of_several_columns_that_is_not_empty_counts_and_the_others_are_attributes(tmp_path: Path):
    path = table(tmp_path / "f.csv", "sku,name,title,id", "s1,Name,Title,1", "s2,Name,,2")
    first, second = read(path)
    assert (first.id, first.title, first.attributes) == ("1", "Title", {"name": "Name", "sku": "s1"})
    assert (second.id, second.title, second.attributes) == ("2", "Name", {"sku": "s2"})


def test_the_map_wins_over_recognition(tmp_path: Path):
    path = table(tmp_path / "f.csv", "id,title,titel2,price,EK", "1,A,B,10,20")
    (product,) = read(path, map={"price": "EK", "title": "titel2"})
    assert product.title == "B"
    assert str(product.price) == "20.00"
    assert product.attributes == {"title": "A", "price": 10.0}


def test_one_column_may_be_mapped_to_two_targets(tmp_path: Path):
    path = table(tmp_path / "f.csv", "label", "lamp")
    (product,) = read(path, map={"id": "label", "title": "label"})
    assert (product.id, product.title) == ("lamp", "lamp")


def test_an_unknown_target_is_an_error_with_the_nearest_names(tmp_path: Path):
    path = table(tmp_path / "f.csv", "id,title", "1,A")
    with pytest.raises(CatalogueError, match=r"'prise' is nothing a product has; did you mean price"):
        list(read(path, map={"prise": "title"}))


def test_a_mapped_column_that_is_absent_is_an_error_with_the_nearest_names(tmp_path: Path):
    path = table(tmp_path / "f.csv", "id,title,Preis", "1,A,5")
    with pytest.raises(CatalogueError, match=r"f\.csv: map price=Pries: .* did you mean Preis"):
        list(read(path, map={"price": "Pries"}))


def test_a_feed_without_an_id_or_title_column_says_what_it_has(tmp_path: Path):
    path = table(tmp_path / "f.csv", "id,label,kind", "1,A,x")
    with pytest.raises(CatalogueError, match=r"recognised as the title among 'id', 'label', 'kind'"):
        list(read(path))


def test_columns_of_json_may_turn_up_at_any_time(tmp_path: Path):
    path = tmp_path / "f.jsonl"
    rows = [{"id": number, "title": "a"} for number in range(300)]
    rows[299]["preis"] = "5 EUR"
    rows[299]["weight"] = 2
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    *_, last = read(path)
    assert str(last.price) == "5.00 EUR"
    assert last.attributes == {"weight": 2.0}


def test_columns_need_not_hold_what_is_not_needed():
    columns = Columns(["x"], needed=())
    assert columns.order == []
    assert not columns.has("id")


def test_text_under_the_name_of_a_structure_is_an_attribute(tmp_path: Path):
    path = table(tmp_path / "f.csv", "id,title,variants,options,media", "1,A,3,none,print")
    (product,) = read(path)
    assert product == Product(id="1", title="A", attributes={"options": "none", "media": "print", "variants": "3"})
