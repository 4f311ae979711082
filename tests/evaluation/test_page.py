"""The page of a report: complete, harmless, readable, and one file."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import runpy
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from wares.errors import SetupError
from wares.evaluation.page import write_page
from wares.evaluation.page.sections import FEW
from wares.evaluation.records import EvaluationReport, Remark, Segment

report = runpy.run_path(str(Path(__file__).with_name("reports.py")))["report"]
STYLE = Path(__file__).parents[2] / "src/wares/evaluation/page/templates/style.css"
VOID = {"meta", "link", "br"}
SIX = ("bm25", "shop", "vectors", "voting", "tuned.toml", "yesterday.run")


class Page(HTMLParser):
    """Reads a page as strictly as a validator would, as far as tags, ids and references go."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.parts: dict[str, list[str]] = {}
        self.words: list[str] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        assert len({name for name, _ in attributes}) == len(attributes), (
            f"twice the same attribute: {tag} {attributes}"
        )
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        assert "svg" in self.open, f"<{tag}/> is no HTML"
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data):
        if "style" not in self.open and data.strip():
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] or "" for _, attributes in self.tags if attribute in attributes]


def source_of(made: EvaluationReport, folder: Path) -> str:
    path = folder / "report.html"
    write_page(made, path)
    return path.read_text(encoding="utf-8")


def changed(made: EvaluationReport, **changes) -> EvaluationReport:
    return msgspec.structs.replace(made, **changes)


def with_text(made: EvaluationReport, text: str) -> EvaluationReport:
    """A report in which everything that people wrote says the same."""
    names = {name: f"{text} {number}" for number, name in enumerate(system.name for system in made.systems)}
    wrote = {"title", "question", "about", "set_name", "truth", "bias", "text", "value", "kind"}

    def walk(node, key=""):
        if isinstance(node, dict):
            if key in ("questions", "failed", "about"):
                return dict.fromkeys(node, text)
            return {name: walk(inner, name) for name, inner in node.items()}
        if isinstance(node, list | tuple):
            return [text if key == "conventions" else walk(inner, key) for inner in node]
        if isinstance(node, str) and key in ("name", "baseline", "system"):
            return names.get(node, node)
        return text if isinstance(node, str) and key in wrote else node

    return msgspec.convert(walk(msgspec.to_builtins(made)), EvaluationReport)


SHAPES = {
    "two systems": report(),
    "one system": report(systems=("shop",)),
    "one question": report(questions=1),
    "two questions, no times": report(questions=2, timed=False),
    "six systems": report(questions=40, systems=SIX),
    "more systems than colours": report(questions=12, systems=[f"system {number}" for number in range(9)]),
    "many questions": report(questions=2_000),
    "nothing but a set": changed(
        report(), systems=(), comparisons=(), questions={}, remarks=(), conventions=(), about={}
    ),
    "no measure": changed(report(), measures=()),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_report_makes_a_well_formed_page(shape, tmp_path):
    source = source_of(SHAPES[shape], tmp_path)
    page = Page(source)
    assert source.startswith("<!DOCTYPE html>\n<html lang=")
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    for named in page.values("aria-labelledby"):
        assert set(named.split()) <= set(ids)
    for link in page.values("href"):
        assert link == "data:," or link.removeprefix("#") in ids
    assert not re.search(r"\b(nan|inf|None|undefined)\b", page.text, re.IGNORECASE)
    for place in (value for name in ("x", "y", "width", "height", "x1", "y2") for value in page.values(name)):
        assert re.fullmatch(r"-?\d+(\.\d+)?%?", place), place


@pytest.mark.parametrize("shape", ["two systems", "six systems"])
def test_a_page_fetches_nothing_and_runs_nothing(shape, tmp_path):
    source = source_of(SHAPES[shape], tmp_path)
    page = Page(source)
    assert "http:" not in source
    assert "https:" not in source
    assert not {"script", "iframe", "img", "object", "embed", "form", "base"} & {tag for tag, _ in page.tags}
    assert not [
        name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"
    ]
    assert not re.search(r"url\(|@import|expression", STYLE.read_text(encoding="utf-8"))
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    style = source.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "</style><img src=x onerror=alert(1)>",
        "\"><svg onload='alert(1)'>",
        "{{ 7 * 7 }} {% raw %}",
        "&lt;b&gt; & <!-- --> ]]>",
    ],
)
def test_what_feeds_and_askers_write_stays_text(text, tmp_path):
    page = Page(source_of(with_text(report(questions=15), text), tmp_path))
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "img", "b>"}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert page.text.count(" ".join(text.split())) > 100


def test_text_that_is_no_text_does_not_break_the_page(tmp_path):
    source = source_of(with_text(report(questions=15), "a\x00b\x1b[31m \ud800 \x85 c"), tmp_path)
    assert Page(source)
    assert "ab[31m ? c" in " ".join(source.split())


def test_texts_of_both_directions_are_kept_apart(tmp_path):
    page = Page(source_of(with_text(report(questions=15), "حذاء أحمر 红色跑步鞋"), tmp_path))
    assert page.text.count("حذاء أحمر 红色跑步鞋") > 100
    assert sum(tag == "bdi" or attributes.get("dir") == "auto" for tag, attributes in page.tags) > 100


@pytest.mark.parametrize("text", [None, "红色防水跑步鞋女款" * 40], ids=["short", "long"])
def test_two_thousand_questions_and_six_systems_stay_below_two_megabytes(text, tmp_path):
    made = report(questions=2_000, systems=SIX)
    source = source_of(made if text is None else with_text(made, text), tmp_path)
    assert len(source.encode()) < 2_000_000
    assert Page(source).text.count("10 neighbours") == 5


def test_the_verdict_says_what_the_corrected_test_shows(tmp_path):
    made = report()
    (compared,) = made.comparisons
    first = compared.differences[0]

    def said(mean: float, p: float, p_holm: float) -> str:
        changes = {"mean": mean, "low": mean - 0.02, "high": mean + 0.02, "p": p, "p_holm": p_holm}
        differences = (msgspec.structs.replace(first, **changes), *compared.differences[1:])
        other = msgspec.structs.replace(compared, differences=differences)
        return Page(source_of(changed(made, comparisons=(other,)), tmp_path)).text

    assert "shop is better than bm25" in said(0.1, 0.0001, 0.0006)
    assert "scores 0.100 higher over 132 questions: 95 % interval +0.080 to +0.120" in said(0.1, 0.0001, 0.0006)
    assert "shop is worse than bm25" in said(-0.1, 0.002, 0.01)
    assert "No difference between shop and bm25 can be shown" in said(-0.01, 0.3, 1.0)
    assert "nor is it proof that the two are equal" in said(-0.01, 0.3, 1.0)
    assert "Taken alone this test would show a difference" in said(0.03, 0.01, 0.06)
    assert "scores the same as bm25" in said(0.0, 1.0, 1.0)


def test_other_measures_that_show_something_else_are_named(tmp_path):
    made = report()
    (compared,) = made.comparisons
    outcomes = {"nDCG@10": (0.01, 1.0), "R@100": (0.05, 0.001), "AP": (0.04, 0.01), "P@1": (-0.1, 0.001)}
    differences = tuple(
        msgspec.structs.replace(one, mean=outcomes[one.measure][0], p_holm=outcomes[one.measure][1])
        for one in compared.differences
        if one.measure in outcomes
    )
    other = msgspec.structs.replace(compared, differences=differences)
    text = Page(source_of(changed(made, comparisons=(other,)), tmp_path)).text
    assert "But by R@100 and by AP it is better. But by P@1 it is worse." in text


def test_figures_are_there_with_their_intervals(tmp_path):
    made = report()
    page = Page(source_of(made, tmp_path))
    for system in made.systems:
        for figure in system.figures:
            assert f"{figure.mean:.3f} {figure.low:.3f} to {figure.high:.3f}" in page.text
    for compared in made.comparisons:
        for difference in compared.differences:
            assert f"{difference.wins}, {difference.ties}, {difference.losses}" in page.text


def test_every_question_is_named_with_the_values_of_all_systems(tmp_path):
    made = report(questions=30)
    text = Page(source_of(made, tmp_path)).text
    values = [system.per_query["nDCG@10"] for system in made.systems]
    for key, asked in made.questions.items():
        assert f"{key} {asked} {values[0][key]:.3f}" in text
    rows = re.findall(r"(q\d+) [^q]*? (?=\d\.\d{3})", text.split("All questions")[-1])
    losses = {key: values[1][key] - values[0][key] for key in made.questions}
    assert rows[:5] == sorted(losses, key=lambda key: losses[key])[:5]


def test_of_more_questions_than_the_table_holds_the_worst_are_listed(tmp_path):
    made = report(questions=2_010, systems=("shop",))
    page = Page(source_of(made, tmp_path))
    assert "The worst 2,000 of them" in page.text
    values = made.systems[0].per_query["nDCG@10"]
    listed = [key for key in made.questions if key in page.words]
    assert {key for key in made.questions if key not in listed} <= set(sorted(values, key=values.__getitem__)[2_000:])


def test_lists_stand_side_by_side_with_gains_and_what_they_miss(tmp_path):
    made = report()
    source = source_of(made, tmp_path)
    text = Page(source).text
    (compared,) = made.comparisons
    for side in (*compared.worst, *compared.best):
        assert f"{side.baseline:.3f} → {side.value:.3f}" in text
        for hit in (*side.baseline_hits, *side.hits, *side.missed):
            assert f"{'?' if hit.gain is None else hit.gain} {hit.title} {hit.id}" in text
    assert source.count('title="not judged"') > 1


def test_a_single_system_is_shown_with_its_worst_questions(tmp_path):
    made = report(systems=("shop",))
    text = Page(source_of(made, tmp_path)).text
    assert "nDCG@10 0." in text
    assert "Nothing was compared" in text
    for answered in made.systems[0].worst:
        assert all(f"{hit.title} {hit.id}" in text for hit in (*answered.hits, *answered.missed))


def test_questions_without_an_answer_are_named_with_the_reason(tmp_path):
    made = report()
    text = Page(source_of(made, tmp_path)).text
    shop = made.systems[1]
    assert "1 question failed, and counts as 0" in text
    assert f"q2 {made.questions['q2']} image broken.jpg: not a picture that can be decoded" in text
    for key in shop.zero_results:
        assert f"{key} {made.questions[key]}" in text.split("3 questions found nothing")[2]


def test_more_unanswered_questions_than_can_be_named_are_counted(tmp_path):
    made = report(questions=500, systems=("shop",))
    shop = msgspec.structs.replace(made.systems[0], zero_results=tuple(made.questions), failed={})
    text = Page(source_of(changed(made, systems=(shop,)), tmp_path)).text
    assert "500 questions found nothing" in text
    assert "and 300 more" in text


def test_small_segments_are_grey(tmp_path):
    made = report(questions=60, systems=("shop",))
    few = sum(segment.figures[0].n < FEW for segment in made.systems[0].segments)
    page = Page(source_of(made, tmp_path))
    assert few
    assert [attributes.get("class") for tag, attributes in page.tags if tag == "tr"].count("few") == few
    for segment in made.systems[0].segments:
        assert f"{segment.value} {segment.figures[0].n} question" in page.text


def test_a_kind_of_one_segment_is_said_and_not_drawn(tmp_path):
    made = report(questions=30, systems=("shop",))
    figure = made.systems[0].figures[0]
    one = Segment(kind="demand", value="head", figures=(figure,))
    shop = msgspec.structs.replace(made.systems[0], segments=(*made.systems[0].segments, one))
    text = Page(source_of(changed(made, systems=(shop,)), tmp_path)).text
    assert "no figure differs: demand head ." in text
    assert "head 30 questions" not in text


def test_remarks_conventions_and_the_basis_are_told(tmp_path):
    remarks = (Remark("warning", "12 questions have no judgment.", ("q900", "q901"), 12), Remark("note", "A note."))
    made = changed(report(), remarks=remarks)
    text = Page(source_of(made, tmp_path)).text
    for said in (*made.conventions, *made.about.values(), made.truth, made.bias, *(s.about for s in made.systems)):
        assert said in text
    assert "the first 2 of 12 q900 , q901" in text
    before, after = text.split("What this rests on", 2)[1:]
    assert "12 questions have no judgment." in before
    assert "A note." in after
    assert "A note." not in before


@pytest.mark.parametrize("systems", [("shop",), ("bm25", "shop")])
def test_figures_that_are_no_numbers_become_dashes(systems, tmp_path):
    text = json.dumps(msgspec.to_builtins(report(questions=15, systems=systems)))
    made = json.loads(text)
    for system in made["systems"]:
        system["figures"][0] |= dict.fromkeys(("mean", "low", "high"), float("nan"))
        system["per_query"]["nDCG@10"]["q3"] = float("nan")
        system["precision_at_recall"] = [float("nan")] * 11
    page = Page(source_of(msgspec.convert(made, EvaluationReport), tmp_path))
    assert not re.search(r"\bnan\b", page.text)
    assert not [value for name in ("x", "y", "width", "height") for value in page.values(name) if "nan" in value]


def test_charts_are_described_and_have_their_values_in_words(tmp_path):
    page = Page(source_of(report(), tmp_path))
    described = [attributes for tag, attributes in page.tags if tag == "svg" and attributes.get("role") == "img"]
    assert len(described) == 4
    assert all(len(attributes["aria-labelledby"].split()) == 2 for attributes in described)
    others = [a for tag, a in page.tags if tag == "svg" and a.get("role") != "img" and "viewbox" not in a]
    assert all(attributes.get("aria-hidden") == "true" for attributes in others)
    assert page.text.count("The same as a table") == 3


def test_a_page_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(SetupError, match=r"missing.report\.html: cannot write the report: No such file"):
        write_page(report(questions=1), tmp_path / "missing" / "report.html")
    with pytest.raises(SetupError, match="cannot write the report"):
        write_page(report(questions=1), tmp_path)


# -- colours ----------------------------------------------------------------------------------------------------


def palettes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r":root \{([^}]*)\}", STYLE.read_text(encoding="utf-8"))
    return dict(
        zip(("light", "dark"), (dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in blocks), strict=True)
    )


def linear(colour: str) -> list[float]:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 defines it."""
    bright = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (linear(one), linear(other)))
    return (bright[1] + 0.05) / (bright[0] + 0.05)


READ = [
    *((ink, ground) for ink in ("ink", "muted", "link") for ground in ("page", "card")),
    *((ink, "card") for ink in ("better", "worse", "even")),
    *((ink, "warn") for ink in ("ink", "link")),
    *((f"on-{gain}", gain) for gain in ("full", "part", "none")),
]
SEEN = [
    *((f"colour-{number}", ground) for number in range(6) for ground in ("page", "card")),
    ("warn-line", "page"),
    *((mark, "card") for mark in ("better", "worse", "even")),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(READ, 4.5), (SEEN, 3.0)], ids=["text", "marks"])
def test_contrast_is_that_of_wcag_aa(scheme, pairs, least):
    palette = palettes()[scheme]
    low = {pair: contrast(palette[pair[0]], palette[pair[1]]) for pair in pairs}
    assert {pair: value for pair, value in low.items() if value < least} == {}


def test_both_schemes_have_the_same_colours():
    light, dark = palettes().values()
    assert light.keys() == dark.keys()


#: Viénot, Brettel and Mollon (1999): linear RGB as those without red and without green cones see it.
BLIND = {
    "protan": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deutan": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", BLIND)
def test_better_and_worse_differ_for_the_colour_blind(scheme, kind):
    palette = palettes()[scheme]
    better, worse = (
        [sum(w * part for w, part in zip(row, linear(palette[name]), strict=True)) for row in BLIND[kind]]
        for name in ("better", "worse")
    )
    assert max(abs(one - other) for one, other in zip(better, worse, strict=True)) > 0.25


def test_systems_differ_by_shape_and_not_by_colour_alone(tmp_path):
    page = Page(source_of(report(questions=12, systems=[f"system {number}" for number in range(9)]), tmp_path))
    swatches = [
        (attributes["class"], page.tags[place + 2][1]["href"])
        for place, (tag, attributes) in enumerate(page.tags)
        if (attributes.get("class") or "").startswith("swatch")
    ]
    assert len(set(swatches)) == 9
    assert len({shape for _, shape in swatches}) == 7
