"""Google Merchant feeds."""

from pathlib import Path

import pytest

from wares.catalogue import read
from wares.errors import CatalogueError
from wares.records import Media

ITEM = "<item><g:id>1</g:id><g:title>Tea &amp; milk</g:title>{}</item>"


def feed(folder: Path, items: str) -> Path:
    path = folder / "feed.xml"
    head = '<?xml version="1.0" encoding="utf-8"?>\n<!-- a feed -->\n<rss version="2.0">'
    path.write_text(f"{head}<channel>\n{items}\n</channel></rss>", encoding="utf-8")
    return path


def test_google_s_elements_count_before_those_of_rss(tmp_path: Path):
    item = "<title>RSS</title><link>https://x/1</link><description>d</description>"
    (product,) = read(feed(tmp_path, ITEM.format(item)))
    assert (product.title, product.url, product.description) == ("Tea & milk", "https://x/1", "d")


def test_elements_given_twice_both_count(tmp_path: Path):
    pictures = "<g:image_link>https://x/a</g:image_link>" + "".join(
        f"<g:additional_image_link>https://x/{name}</g:additional_image_link>" for name in "bc"
    )
    (product,) = read(feed(tmp_path, ITEM.format(pictures)))
    assert product.media == (
        Media("https://x/a"),
        Media("https://x/b", role="detail"),
        Media("https://x/c", role="detail"),
    )


def test_the_product_type_is_the_category_before_google_s(tmp_path: Path):
    both = (
        "<g:google_product_category>Food</g:google_product_category><g:product_type>Drinks &gt; Tea</g:product_type>"
    )
    (product,) = read(feed(tmp_path, ITEM.format(both)))
    assert product.category == ("Drinks", "Tea")
    assert product.attributes == {"google_product_category": "Food"}


def test_product_details_are_attributes_and_nested_elements_have_dotted_names(tmp_path: Path):
    nested = (
        "<g:product_detail><g:attribute_name>Leaves</g:attribute_name><g:attribute_value>whole</g:attribute_value>"
        "</g:product_detail><g:shipping><g:country>DE</g:country></g:shipping>"
    )
    (product,) = read(feed(tmp_path, ITEM.format(nested)))
    assert product.attributes == {"Leaves": "whole", "shipping.country": "DE"}


def test_atom_is_read_like_rss(tmp_path: Path):
    path = tmp_path / "feed.xml"
    path.write_text(
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><title>Shop</title><entry>'
        '<id>tag:x</id><g:id>1</g:id><title>Tea</title><link href="https://x/1"/><g:price>2.50 GBP</g:price>'
        "</entry></feed>"
    )
    (product,) = read(path)
    assert (product.id, product.title, product.url, str(product.price)) == ("1", "Tea", "https://x/1", "2.50 GBP")


def test_problems_have_the_lines_of_their_items(tmp_path: Path):
    items = "<item>\n<g:id>1</g:id>\n</item>\n<item><g:title>x</g:title></item>" + ITEM.format("")
    catalogue = read(feed(tmp_path, items))
    assert [product.id for product in catalogue] == ["1"]
    assert [(problem.line, problem.reason) for problem in catalogue.problems] == [(4, "no title"), (7, "no id")]


def test_a_declared_encoding_is_believed(tmp_path: Path):
    path = tmp_path / "feed.xml"
    text = (
        '<?xml version="1.0" encoding="GBK"?><rss><channel><item><id>1</id><title>茶</title></item></channel></rss>'
    )
    path.write_bytes(text.encode("gbk"))
    assert [product.title for product in read(path)] == ["茶"]


def test_undecodable_bytes_cost_their_item(tmp_path: Path):
    path = feed(tmp_path, "<item><id>1</id><title>broken: @</title></item><item><id>2</id><title>ok</title></item>")
    path.write_bytes(path.read_bytes().replace(b"@", b"\xff"))
    catalogue = read(path)
    assert [product.id for product in catalogue] == ["2"]
    assert [problem.column for problem in catalogue.problems] == ["title"]


def test_entities_are_refused(tmp_path: Path):
    path = tmp_path / "feed.xml"
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    path.write_text(f"<?xml version='1.0'?>{bomb}<rss><channel>{ITEM.format('&b;')}</channel></rss>")
    with pytest.raises(CatalogueError, match="entities"):
        list(read(path))


def test_the_tab_separated_form_is_read_under_either_name(tmp_path: Path):
    path = tmp_path / "feed.txt"
    path.write_text("id\ttitle\titem_group_id\tcolor\tprice\n1\tTea\tg\tgreen\t2 GBP\n2\tTea\tg\tblack\t3 GBP\n")
    (tea,) = read(path)
    assert [variant.options for variant in tea.variants] == [{"color": "green"}, {"color": "black"}]
    assert list(read(path, format="merchant")) == [tea]


def test_elements_nested_without_end_are_refused(tmp_path: Path):
    with pytest.raises(CatalogueError, match="nested"):
        list(read(feed(tmp_path, ITEM.format("<a>" * 100 + "</a>" * 100))))
