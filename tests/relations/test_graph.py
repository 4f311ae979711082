"""The graph of a catalogue."""

import runpy
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.catalogue.kinds import KINDS, inverse
from wares.records import Product, Variant
from wares.relations import Edge, Graph
from wares.relations.graph import MAX_EDGES, MAX_OWNERS
from wares.store.entries import Stored

made = runpy.run_path(str(Path(__file__).with_name("catalogues.py")))
product, learnt, ROWS = made["product"], made["learnt"], made["ROWS"]


def view(graph: Graph) -> Any:
    """Everything that can be asked of a graph of numbers up to 6."""
    numbers = range(8)
    return (
        len(graph),
        sorted(graph.numbers()),
        [graph.edges(number) for number in numbers],
        [(graph.brand(number), graph.category(number)) for number in numbers],
        [
            [graph.members("branded", brand, 3), graph.members("filed", path, 3)]
            for brand, path in graph.groups(numbers)
        ],
        [(path, graph.tree.count(path)) for path in graph.tree.walked()],
        graph.related(numbers, KINDS),
    )


@settings(deadline=None)
@given(ROWS, ROWS, ROWS)
def test_halves_laid_over_each_other_are_one_that_learnt_everything(
    first: list[Stored], second: list[Stored], third: list[Stored]
):
    once = Graph()
    once.learn([*first, *second, *third])
    halves = []
    for rows in (first, second, third):
        halves.append(Graph())
        halves[-1].learn(rows)
    base, middle, top = halves
    assert view(top.over(middle.over(base))) == view(once)
    assert view(top.over(middle).over(base)) == view(once)
    laid = top.over(middle.over(base))
    assert view(Graph.unpack(laid.pack())) == view(once)


@settings(deadline=None)
@given(ROWS, ROWS)
def test_it_learns_on_after_it_was_packed_and_what_was_laid_over_stays(first: list[Stored], second: list[Stored]):
    once = Graph()
    once.learn([*first, *second])
    half = Graph()
    half.learn(first)
    before = half.over(Graph())
    seen = view(before)
    packed = half.pack()
    assert packed == Graph.unpack(packed).pack()
    later = Graph.unpack(packed)
    later.learn(second)
    half.learn(second)
    assert view(half) == view(later) == view(once)
    assert half.pack() == once.pack()
    assert view(before) == seen


@given(ROWS)
def test_every_edge_is_seen_from_its_other_end(rows: list[Stored]):
    graph = Graph()
    graph.learn(rows)
    for number in graph.numbers():
        for edge in graph.edges(number):
            assert edge.source == number
            assert edge.target != number
            if edge.target is not None:
                back = edge._replace(source=edge.target, target=number, kind=inverse(edge.kind))
                assert back in graph.edges(edge.target)


def test_an_edge_is_said_by_either_side_and_counts_once():
    graph = learnt(
        product("phone", relations={"has_accessory": ("case",)}),
        product("case", relations={"accessory_for": ("phone",)}),
    )
    assert graph.edges(1) == (Edge(1, "has_accessory", 2),)
    assert graph.edges(2) == (Edge(2, "accessory_for", 1),)


def test_a_symmetric_edge_reads_the_same_from_both_sides():
    graph = learnt(product("a", relations={"goes_with": ("b",)}), product("b"))
    assert graph.edges(2) == (Edge(2, "goes_with", 1),)


def test_an_edge_waits_for_the_product_it_is_to():
    base = learnt(product("case", relations={"accessory_for": ("phone",)}))
    assert base.edges(1) == (Edge(1, "accessory_for", None, id="phone"),)
    laid = learnt(product("phone"), first=2).over(base)
    assert laid.edges(1) == (Edge(1, "accessory_for", 2),)
    assert laid.edges(2) == (Edge(2, "has_accessory", 1),)


def test_a_changed_product_says_only_what_it_says_now():
    base = learnt(product("a", relations={"goes_with": ("b",)}), product("b"), product("c"))
    laid = learnt(product("a", relations={"goes_with": ("c",)})).over(base)
    assert laid.edges(2) == ()
    assert laid.edges(3) == (Edge(3, "goes_with", 1),)


def test_ids_of_variants_and_gtins_name_their_product():
    shoe = product(
        "shoe", variants=(Variant(id="shoe-42"), Variant(id="shoe-43")), attributes={"gtin": "4006381333931"}
    )
    polish = product("polish", relations={"accessory_for": ("shoe-43", "4006381333931")})
    graph = learnt(shoe, polish)
    assert graph.edges(1) == (Edge(1, "has_accessory", 2),)
    assert graph.edges(2) == (Edge(2, "accessory_for", 1),)


def test_an_id_counts_before_a_variant_s_and_a_later_product_before_an_earlier():
    variants = (Variant(id="b"),)
    graph = learnt(product("x", variants=variants), product("b"), product("b"), product("y", variants=variants))
    linked = learnt(product("z", relations={"related_to": ("b",)}), first=9).over(graph)
    assert linked.edges(9) == (Edge(9, "related_to", 3),)
    assert linked.edges(2) == linked.edges(1) == ()


def test_nothing_is_related_to_itself_and_cycles_are_edges_like_others():
    graph = learnt(
        product("a", variants=(Variant(id="a1"),), relations={"accessory_for": ("a", "a1", "b")}),
        product("b", relations={"accessory_for": ("a",)}),
    )
    assert graph.edges(1) == (Edge(1, "accessory_for", 2), Edge(1, "has_accessory", 2))


def test_a_kind_that_no_table_names_counts_as_related():
    graph = learnt(product("a", relations={"worn_with": ("b",)}), product("b"))
    assert graph.edges(1) == (Edge(1, "related_to", 2),)


def test_a_hub_gives_so_many_edges_and_each_of_its_ends_knows_it():
    many = [product(f"case {number}", relations={"accessory_for": ("phone",)}) for number in range(10_000)]
    graph = learnt(product("phone", brand="Acme"), *many)
    assert [edge.target for edge in graph.edges(1)] == list(range(2, 2 + MAX_EDGES))
    assert graph.edges(9_999) == (Edge(9_999, "accessory_for", 1),)
    assert len(graph.related([1], ["has_accessory"], limit=7)) == 7
    said = learnt(product("phone", relations={"has_accessory": tuple(f"case {n}" for n in range(10_000))}), *many[:5])
    assert len(said.edges(1)) == MAX_EDGES


def test_related_products_are_the_surest_first_and_then_in_the_order_asked():
    camera = product("camera", "Canon EOS450D", brand="Canon")
    battery = product("battery", "Battery for Canon EOS450D")
    bag = product("bag", relations={"accessory_for": ("camera",)})
    other = product("other", relations={"has_accessory": ("strap", "battery")})
    graph = learnt(camera, battery, bag, other, product("strap"))
    found = graph.related([1, 4], ["has_accessory"])
    assert list(found) == [3, 2, 5]
    assert found[2] == Edge(4, "has_accessory", 2)
    assert graph.related([1], ["has_accessory"])[2].origin == "inferred"
    assert graph.related([1], ["goes_with"]) == {}
    assert graph.related([77], KINDS) == {}


# -- inferred -----------------------------------------------------------------------------------------------------


CAMERA = product(
    "camera", "Canon EOS 450D-X body", brand="Canon", category=("Cameras",), attributes={"model": "EOS450D"}
)


def edge(*products: Product) -> tuple[Edge, ...]:
    return learnt(CAMERA, *products).edges(1)


@pytest.mark.parametrize(
    "title",
    [
        "Battery for Canon EOS450D",
        "Battery, fits canon EOS-450D/EOS500D",
        "Akku für Canon EOS450D",
        "适用 Canon EOS450D 电池",
        "Battery compatible with Canon EOS450D and others",
    ],
)
def test_what_names_the_model_number_of_a_product_is_an_accessory_for_it(title: str):
    (found,) = edge(product("b", title, category=("Power",)))
    assert (found.kind, found.target, found.origin, found.by) == ("has_accessory", 2, "inferred", "eos450d")
    assert found.certainty < 1


def test_an_attribute_about_compatibility_names_it_too():
    (found,) = edge(product("lens", "Acme zoom 18-55", attributes={"Compatibility": "Canon EOS450D, EOS500D"}))
    assert (found.kind, found.target) == ("compatible_with", 2)


def test_the_feed_counts_before_what_is_inferred():
    battery = product("b", "Battery for Canon EOS450D", relations={"accessory_for": ("camera",)})
    assert edge(battery) == (Edge(1, "has_accessory", 2),)


@pytest.mark.parametrize(
    "other",
    [
        product("b", "Battery for EOS450D"),  # no word of the maker
        product("b", "Canon EOS450D sticker"),  # for nothing
        product("b", "Canon EOS450D with bag", category=("Cameras",)),
        product("b", "Lens for Canon EOS450D", category=("cameras",)),  # the same kind of thing
        product("b", "Battery for Canon EOS450"),
    ],
)
def test_less_than_that_is_no_edge(other: Product):
    assert edge(other) == ()


STANDARDS = [
    "DDR2",
    "RJ45",
    "1080p",
    "USB3",
    "250GB",
    "CAT5E",
    "CR2032",
    "1920x1080",
    "LGA775",
    "A4",
    "12V",
    "50-pack",
]


@pytest.mark.parametrize("code", STANDARDS)
def test_standards_and_measures_are_no_model_numbers(code: str):
    graph = learnt(product("a", f"Acme board {code}", brand="Acme"), product("b", f"Cable for Acme {code}"))
    assert graph.edges(1) == ()


def test_a_number_of_several_makers_or_of_many_products_tells_nothing():
    battery = product("b", "Battery for Canon Nikon D4500X", category=("Power",))
    canon, nikon = (product(brand, f"{brand} D4500X", brand=brand) for brand in ("Canon", "Nikon"))
    assert len(learnt(canon, battery).edges(2)) == 1
    assert learnt(canon, battery, nikon).edges(2) == ()
    few = [product(f"c{number}", "Canon D4500X", brand="Canon") for number in range(MAX_OWNERS)]
    assert len(learnt(battery, *few).edges(1)) == MAX_OWNERS
    assert learnt(battery, *few, canon).edges(1) == ()


def test_a_toner_called_after_its_printer_is_no_printer():
    toner = product("t", "Lexmark T6501 black", brand="Lexmark", attributes={"compatibility": "T6501"})
    drum = product("d", "Drum for Lexmark T6501")
    assert learnt(toner, drum).edges(1) == ()


# -- files --------------------------------------------------------------------------------------------------------


@given(st.binary(max_size=200))
def test_other_bytes_are_refused(data: bytes):
    with pytest.raises(ValueError, match="no relations"):
        Graph.unpack(data)


@given(st.data())
def test_damaged_bytes_are_refused_or_read_but_never_a_crash(data: st.DataObject):
    body = bytearray(zlib.decompress(learnt(CAMERA, product("b", "Case for Canon EOS450D")).pack()))
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] ^= data.draw(st.integers(1, 255))
    try:
        graph = Graph.unpack(zlib.compress(bytes(body)))
    except ValueError:
        return
    for number in list(graph.numbers())[:5]:
        graph.edges(number)
    assert len(graph.tree) >= 0
