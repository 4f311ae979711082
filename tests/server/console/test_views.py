"""What pages gather, without HTTP."""

from __future__ import annotations

import json

import msgspec
import pytest

import wares
from wares.errors import SetupError
from wares.server.console import charts
from wares.server.console.pages import audit, catalogue, evaluation, settings, versions
from wares.server.studies import Evaluate, Evaluation, Figure
from wares.store.entries import Audited, Warned


def test_bars_stand_side_by_side_and_the_highest_fills_its_room():
    drawn = charts.bars([("a", 10, 0), ("b", 20, 5), ("c", 0, 0)])
    assert [bar.height for bar in drawn.bars] == [50, 100, 0]
    assert [bar.part for bar in drawn.bars] == [0, 25, 0]
    assert drawn.bars[-1].x + drawn.bars[-1].width <= 100
    assert charts.bars([("a", 0, 0)]) is None and charts.bars([]) is None


def test_a_line_rises_where_values_do_and_one_value_makes_none():
    ys = [float(point.split(",")[1]) for point in charts.line([("a", 0.5), ("b", 0.7), ("c", 0.6)]).points.split()]
    assert ys[1] < ys[2] < ys[0] and all(0 <= y <= 100 for y in ys)
    assert charts.line([("a", 0.5)]) is None
    flat = charts.line([("a", 0.5), ("b", 0.5)])
    assert flat.low < 0.5 < flat.high


def test_warnings_are_told_by_product_and_name_no_path_of_the_machine():
    found = catalogue.by_product(
        [
            Warned("b", "https://shop.example/b.png", "https://shop.example/b.png: not found"),
            Warned("a", "/srv/pictures/a.png", "/srv/pictures/a.png: no such file"),
            Warned("b", "/srv/pictures/b.png", "/srv/pictures/b.png: no picture"),
        ]
    )
    assert [(one.id, len(one.media)) for one in found] == [("a", 1), ("b", 2)]
    assert "/srv" not in str(found) and found[0].media == (("a.png", "a.png: no such file"),)


def test_a_change_is_told_line_by_line():
    change = Audited(1, "2026-01-01T00:00:00Z", "anna", "rule", "r", '{"a":1,"b":2}', '{"a":1,"b":3}')
    told = audit.told(change)
    assert told.what == "changed"
    signs = {line.sign: line.text.strip() for line in told.lines if line.sign}
    assert signs == {"minus": '"b": 2', "plus": '"b": 3'}
    assert audit.told(msgspec.structs.replace(change, before=None)).what == "added"
    long = audit.differing(None, json.dumps(list(range(500))))
    assert len(long) == audit.MOST_LINES + 1


def test_only_evaluations_of_the_same_questions_are_drawn_over_time():
    def one(name, set, mean):
        return Evaluation(name=name, at=name, set=set, questions=9, figures=(Figure("nDCG@10", mean, 0, 1, 9),))

    found = evaluation.listed([one("3", "mine", 0.7), one("2", "other", 0.1), one("1", "mine", 0.6)])
    assert found.measures == ("nDCG@10",) and len(found.rows) == 3
    assert found.drawn[0].latest == 0.7 and len(found.drawn[0].line.points.split()) == 2


@pytest.mark.parametrize("file", ["../shop.db", "/etc/passwd", "a.tsv", "0123456789abcdef/../x"])
def test_an_evaluation_reads_only_uploads(file):
    with pytest.raises(ValueError, match="uploads"):
        Evaluate(queries=file, qrels=file)


@pytest.fixture
def opened(folder):
    with wares.open(folder) as shop:
        yield shop


def test_settings_are_told_with_what_is_shipped_and_what_a_change_costs(opened):
    after = settings.proposed(opened, "k1 = 0.9\n[ranking]\ncutoff = 0.1\n")
    assert {change.name for change in after.changes} == {"k1", "ranking.cutoff"} and after.rebuild == ("k1",)
    rows = {one.name: one for _, table in settings.inforce(opened).tables for one in table}
    assert rows["fields.title"].rebuild and not rows["ranking.cutoff"].rebuild
    assert rows["model"].fixed and rows["model"].value == "basic" and not rows["ranking.cutoff"].own
    assert settings.proposed(opened, "").changes == ()
    with pytest.raises(SetupError, match="did you mean"):
        settings.proposed(opened, "[ranking]\ncutof = 0.1\n")


def test_there_is_a_way_back_only_behind_an_earlier_version(opened):
    assert not versions.versions(opened).back
    opened.rebuild()
    found = versions.versions(opened)
    assert found.back and [one.live for one in found.versions] == [True, False]
    opened.rollback()
    assert not versions.versions(opened).back
