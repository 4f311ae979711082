"""Measures: as ir_measures spells and values them, and as their formulas say."""

from __future__ import annotations

import math
from fractions import Fraction

import ir_measures
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.errors import CatalogueError, SetupError
from wares.evaluation.measures import CONVENTIONS, DEFAULT, Measure, judged_share, parse, precision_at_recall, score

CUTOFFS = (1, 2, 3, 5, 10, 100)
NAMES = [
    *("nDCG", "AP", "RR", "AP(rel=2)", "RR(rel=2)", "AP(rel=3)", "Judged"),
    *(f"{name}@{k}" for name in ("nDCG", "AP", "RR", "R", "P", "Success", "Judged") for k in CUTOFFS),
    *(f"{name}(rel=2)@{k}" for name in ("AP", "RR", "R", "P", "Success") for k in (1, 3, 10)),
]

PRODUCTS = [f"p{number}" for number in range(40)]
judged = st.dictionaries(st.sampled_from(PRODUCTS), st.integers(min_value=-2, max_value=4), max_size=30)
rankings = st.lists(st.sampled_from(PRODUCTS), unique=True, max_size=40)


def reference(names: list[str], gains: dict[str, int], ids: list[str]) -> dict[str, float]:
    """By ir_measures, whose providers order by score: every product has one of its own, lower than the one before.

    A judgment more, of a product that is never listed, changes no value; pytrec_eval reads memory that is not its
    own when a question has no judgment of 0 or above.
    """
    qrels = {"question": gains | {"never listed": 0}}
    run = {"question": {product: float(-place) for place, product in enumerate(ids)}} if ids else {}
    found = ir_measures.iter_calc([ir_measures.parse_measure(name) for name in names], qrels, run)
    # A provider leaves out a question that it knows nothing to say of.
    return dict.fromkeys(names, 0.0) | {repr(metric.measure): metric.value for metric in found}


@settings(max_examples=500, deadline=None)
@given(judged, rankings)
def test_values_are_those_of_ir_measures(gains: dict[str, int], ids: list[str]) -> None:
    measured = score([parse(name) for name in NAMES], gains, ids)
    assert measured == pytest.approx(reference(NAMES, gains, ids), abs=1e-6)


@settings(max_examples=500, deadline=None)
@given(judged, rankings)
def test_the_curve_is_that_of_ir_measures(gains: dict[str, int], ids: list[str]) -> None:
    """But for the points where trec_eval's rounding is short of a product: two of three are no recall of 0.7."""
    relevant = sum(gain >= 1 for gain in gains.values())
    curve = precision_at_recall(gains, ids)
    right = [tenths for tenths in range(11) if int(tenths / 10 * relevant + 0.9) == math.ceil(tenths * relevant / 10)]
    expected = reference([f"IPrec@{tenths / 10}" for tenths in right], gains, ids)
    assert [curve[tenths] for tenths in right] == pytest.approx(list(expected.values()), abs=1e-6)


def test_exponential_gains_are_those_of_ir_measures() -> None:
    """Its provider is a script that takes numbered questions and tells five digits."""
    gains, ids = {"a": 3, "b": 1, "c": 2, "d": 0}, ["d", "c", "x", "a"]
    name = "nDCG(dcg='exp-log2')@3"
    try:
        value = ir_measures.parse_measure(name).calc_aggregate(
            {"1": gains}, {"1": {product: 9.0 - place for place, product in enumerate(ids)}}
        )
    except FileNotFoundError as missing:
        pytest.skip(f"the reference needs an interpreter that is not here: {missing}")
    assert score([parse(name)], gains, ids)[name] == pytest.approx(value, abs=1e-5)


# -- the formulas, place by place -----------------------------------------------------------------------------------


def slow(measure: Measure, gains: dict[str, int], ids: list[str]) -> float:
    k = measure.cutoff or max(len(ids), 1)
    held = [gains.get(ids[place]) if place < len(ids) else None for place in range(k)]
    relevant = {product for product, gain in gains.items() if gain >= measure.rel}
    hits = [place for place in range(1, k + 1) if place <= len(ids) and ids[place - 1] in relevant]
    match measure.name:
        case "nDCG":

            def gain(value: int | None) -> float:
                value = max(value or 0, 0)
                return 2**value - 1 if measure.dcg == "exp-log2" else value

            ideal = sorted(gains.values(), reverse=True)
            best = sum(
                gain(value) / math.log2(place + 2)
                for place, value in enumerate(ideal)
                if not measure.cutoff or place < measure.cutoff
            )
            return sum(gain(value) / math.log2(place + 2) for place, value in enumerate(held)) / best if best else 0
        case "AP":
            precisions = [Fraction(sum(hit <= place for hit in hits), place) for place in hits]
            return float(sum(precisions) / len(relevant)) if relevant else 0
        case "RR":
            return 1 / min(hits) if hits else 0
        case "R":
            return len(hits) / len(relevant) if relevant else 0
        case "P":
            return len(hits) / k
        case "Success":
            return 1 if hits else 0
        case "Judged":
            return sum(product in gains for product in ids[:k]) / min(k, len(ids)) if ids else 0
    raise AssertionError(measure)


@given(judged, rankings)
def test_values_are_those_of_the_formulas(gains: dict[str, int], ids: list[str]) -> None:
    measures = [parse(name) for name in (*NAMES, "nDCG(dcg='exp-log2')", "nDCG(dcg='exp-log2')@5", "R(rel=3)@7")]
    expected = {str(measure): slow(measure, gains, ids) for measure in measures}
    assert score(measures, gains, ids) == pytest.approx(expected, abs=1e-12)


@given(judged, rankings)
def test_the_curve_is_the_best_precision_from_there_on(gains: dict[str, int], ids: list[str]) -> None:
    relevant = {product for product, gain in gains.items() if gain >= 1}
    expected = []
    for tenths in range(11):
        reached = [
            Fraction(found, place)
            for place in range(1, len(ids) + 1)
            if relevant and Fraction(found := len(relevant & set(ids[:place])), len(relevant)) >= Fraction(tenths, 10)
        ]
        expected.append(float(max(reached, default=Fraction(0))))
    assert precision_at_recall(gains, ids) == pytest.approx(expected, abs=1e-12)


@given(judged, rankings)
def test_every_value_lies_between_0_and_1(gains: dict[str, int], ids: list[str]) -> None:
    repeated = [*ids, *ids[:3], *ids]
    for listed in (ids, repeated):
        values = score([parse(name) for name in NAMES], gains, listed).values()
        assert all(0 <= value <= 1 for value in values)


@given(judged.filter(lambda gains: any(gain > 0 for gain in gains.values())))
def test_the_ideal_list_is_worth_1(gains: dict[str, int]) -> None:
    ideal = sorted(gains, key=lambda product: -gains[product])
    measures = [parse(name) for name in ("nDCG", "nDCG@3", "RR@10", "AP", "P@1", "R@100", "Success@1")]
    assert score(measures, gains, ideal) == dict.fromkeys(map(str, measures), 1.0)


# -- by hand --------------------------------------------------------------------------------------------------------


def test_values_worked_out_by_hand() -> None:
    gains, ids = {"a": 3, "b": 1, "c": 0}, ["x", "b", "a"]
    ideal = 3 + 1 / math.log2(3)
    assert score(DEFAULT, gains, ids) == pytest.approx(
        {
            "nDCG@10": (1 / math.log2(3) + 3 / 2) / ideal,
            "RR@10": 1 / 2,
            "R@100": 1,
            "P@1": 0,
            "AP": (1 / 2 + 2 / 3) / 2,
            "Success@10": 1,
        }
    )
    assert precision_at_recall(gains, ids) == pytest.approx([2 / 3] * 11)
    assert judged_share(gains, ids) == pytest.approx(2 / 3)
    assert judged_share(gains, ids, k=1) == 0


def test_the_judged_but_not_found_stay_in_the_ideal_list() -> None:
    assert score([parse("nDCG@10")], {"a": 1, "b": 1}, ["a"])["nDCG@10"] < 1


def test_what_is_listed_again_counts_where_it_stands_first() -> None:
    measures = [parse(name) for name in ("nDCG", "AP", "R@5", "P@2", "Judged@2")]
    again, other = (score(measures, {"a": 2, "b": 1, "c": 0}, ids) for ids in (["a", "a", "b"], ["a", "c", "b"]))
    assert again == other


def test_nothing_found_is_worth_nothing() -> None:
    assert set(score(DEFAULT, {"a": 1}, []).values()) == {0.0}
    assert precision_at_recall({"a": 1}, []) == (0.0,) * 11
    assert judged_share({"a": 1}, []) == 0


def test_a_gain_too_great_for_exponents_is_refused() -> None:
    assert score([parse("nDCG")], {"a": 10**6}, ["a"]) == {"nDCG": 1.0}
    with pytest.raises(CatalogueError, match=r"^a gain of 1000000 is too great for dcg='exp-log2'; use nDCG"):
        score([parse("nDCG(dcg='exp-log2')")], {"a": 10**6}, ["a"])


# -- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *NAMES,
        *("NDCG@10", "MRR@10", "MRR", "MAP", "Recall@5", "Precision@3", "P(rel=1)@5", "AP(rel=2)@10", "nDCG @ 10"),
        *("nDCG(dcg='exp-log2')@10", 'nDCG(dcg="exp-log2")', "nDCG(dcg='log2')@10", "R( rel = 2 )@3"),
    ],
)
def test_a_measure_is_written_as_ir_measures_writes_it(text: str) -> None:
    assert str(parse(text)) == repr(ir_measures.parse_measure(text))


@pytest.mark.parametrize("text", NAMES)
def test_what_is_written_is_read_back(text: str) -> None:
    measure = parse(text)
    assert parse(str(measure)) == measure
    assert len({measure, parse(f"  {text} ")}) == 1
    assert msgspec.json.decode(msgspec.json.encode(measure), type=Measure) == measure


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ndcg@10", "unknown measure 'ndcg@10'; did you mean nDCG@10?"),
        ("map", "unknown measure 'map'; did you mean AP, P?"),
        ("sucess@5", "unknown measure 'sucess@5'; did you mean Success@5?"),
        ("F1", "unknown measure 'F1'; known: nDCG, RR, R, P, AP, Success, Judged"),
        ("P", "the measure 'P' needs a cutoff: P@10"),
        ("R(rel=2)", "the measure 'R(rel=2)' needs a cutoff: R@10"),
        ("nDCG(rel=2)@5", "the measure 'nDCG(rel=2)@5': nDCG takes only dcg='exp-log2' and a cutoff, like nDCG@10"),
        ("Judged(rel=2)", "the measure 'Judged(rel=2)': Judged takes only a cutoff, like Judged@10"),
        ("AP(rel=0)", "the measure 'AP(rel=0)': rel is written like rel=2"),
        ("nDCG(dcg='sqrt')", "the measure \"nDCG(dcg='sqrt')\": dcg is written like dcg='exp-log2'"),
        ("P@0", "'P@0' is no measure; write it like nDCG@10 or P(rel=2)@5"),
        ("P@1000000000", "'P@1000000000' is no measure; write it like nDCG@10 or P(rel=2)@5"),
        ("P@٣", "'P@٣' is no measure; write it like nDCG@10 or P(rel=2)@5"),
        ("", "'' is no measure; write it like nDCG@10 or P(rel=2)@5"),
        ("nDCG@10\nAP", "'nDCG@10\\nAP' is no measure; write it like nDCG@10 or P(rel=2)@5"),
    ],
)
def test_a_wrong_name_is_told_with_what_is_near(text: str, said: str) -> None:
    with pytest.raises(SetupError) as caught:
        parse(text)
    assert str(caught.value) == said


@given(st.text(max_size=60) | st.text(alphabet="nDCGRPA@()=rel'dcg10, ", max_size=30))
def test_any_text_is_a_measure_or_a_setup_error(text: str) -> None:
    try:
        measure = parse(text)
    except SetupError as refused:
        assert "\n" not in str(refused)
    else:
        assert parse(str(measure)) == measure


def test_the_conventions_state_gains_cutoffs_unjudged_products_and_ties() -> None:
    told = " ".join(CONVENTIONS)
    for word in ("linear", "at least 1", "unjudged", "ideal list", "order", "equal scores", "k", "found nothing"):
        assert word in told
    assert all(sentence.endswith(".") for sentence in CONVENTIONS)
