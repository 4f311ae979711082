"""``wares evaluate``: the right systems are asked, the report tells what they answered, and what is wrong is told."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import pytest

from wares.cli.evaluate import chosen
from wares.errors import SetupError
from wares.evaluation.records import EvaluationReport
from wares.ranking.fusion.learned import Network
from wares.ranking.fusion.learned.head import fresh
from wares.ranking.fusion.learned.saved import encode

Command: TypeAlias = Callable[..., Any]

QUESTIONS = """\
query_id,text,image,like,where,season
cup,red cup,,,,warm
lamp,blue lamp,,,,warm
bag,green backpack,,,price < 40,
water,红色水杯,,,,
photo,,lamp-green.png,,,
twin,,,cup-red,,
both,green,backpack-red.png,,,
"""
LABELS = """\
query_id,product_id,gain
cup,cup-red,3
cup,cup-blue,1
lamp,lamp-blue,3
bag,backpack-green,2
water,cup-red,3
photo,lamp-green,3
twin,cup-blue,1
both,backpack-green,3
"""


@pytest.fixture
def files(tmp_path: Path, feed: Path) -> list[object]:
    """The options that name questions and judgments, in a folder with the feed's pictures."""
    (tmp_path / "questions.csv").write_text(QUESTIONS, encoding="utf-8")
    (tmp_path / "labels.csv").write_text(LABELS, encoding="utf-8")
    return ["--queries", tmp_path / "questions.csv", "--qrels", tmp_path / "labels.csv", "--media-root", feed.parent]


def names(done: Any) -> list[str]:
    assert done.code == 0, done.err
    return [system["name"] for system in done.json["systems"]]


def means(done: Any) -> dict[str, float]:
    return {system["name"]: system["figures"][0]["mean"] for system in done.json["systems"]}


# -- what is asked ----------------------------------------------------------------------------------------------


def test_a_shop_alone(wares: Command, made: Path, files: list[object]) -> None:
    done = wares("evaluate", made, *files, "--json")
    assert names(done) == ["shop"]
    report = msgspec.convert(done.json, EvaluationReport)
    assert len(report.questions) == 7
    assert report.questions["bag"] == "green backpack, where price < 40"
    assert report.measures == ("nDCG@10", "RR@10", "R@100", "P@1", "AP", "Success@10")
    assert report.comparisons == ()
    [shop] = report.systems
    assert shop.figures[0].mean > 0.9
    assert shop.failed == {}
    assert shop.coverage is not None
    assert shop.coverage > 0.8
    assert shop.latency is not None
    assert {"encode", "index", "rank"} <= set(shop.latency.stages)
    assert report.segments["modality"] == {
        "text": ("cup", "lamp", "bag", "water"),
        "image": ("photo",),
        "like": ("twin",),
        "text + image": ("both",),
    }
    assert report.segments["season"] == {"warm": ("cup", "lamp")}
    assert {"date", "command", "machine", "shop", "model", "encoders", "compared"} <= set(report.about)


def test_compare_takes_several_after_it_or_each_of_its_own(
    wares: Command, made: Path, files: list[object], tmp_path: Path
) -> None:
    (tmp_path / "a.toml").write_text('[fusion]\nmethod = "rrf"\n', encoding="utf-8")
    (tmp_path / "b.toml").write_text('[fusion.weights]\n"text.words" = 0.2\n', encoding="utf-8")
    pair = [str(tmp_path / name) for name in ("a.toml", "b.toml")]
    after = wares("evaluate", made, *files, "--compare", *pair, "--json")
    assert names(after) == pair
    assert names(wares("evaluate", made, "--compare", *pair, *files, "--json")) == pair
    assert names(wares("evaluate", made, *files, "--compare", pair[0], "--compare", pair[1], "--json")) == pair
    [comparison] = after.json["comparisons"]
    assert (comparison["baseline"], comparison["system"]) == tuple(pair)


def test_a_settings_file_is_what_is_asked(wares: Command, made: Path, files: list[object], tmp_path: Path) -> None:
    path = tmp_path / "blind.toml"
    path.write_text('[fusion.weights]\n"text.words" = 0\n"text.image" = 0\n"text.text" = 0\n', encoding="utf-8")
    done = wares("evaluate", made, *files, "--compare", path, "--json")
    assert names(done) == ["shop", str(path)]
    assert set(done.json["systems"][1]["failed"]) == {"cup", "lamp", "bag", "water", "both"}
    assert done.json["systems"][0]["failed"] == {}


def test_parts_of_a_shop_answer_what_they_can(wares: Command, made: Path, files: list[object]) -> None:
    done = wares("evaluate", made, *files, "--compare", "bm25", "vectors", "pictures", "--json")
    systems = {system["name"]: system for system in done.json["systems"]}
    assert set(systems["bm25"]["failed"]) == {"photo", "twin"}
    assert "cannot look for: image" in systems["bm25"]["failed"]["photo"]
    assert systems["vectors"]["failed"] == {}
    ndcg = {name: system["per_query"]["nDCG@10"] for name, system in systems.items()}
    assert ndcg["pictures"]["photo"] == 1
    assert ndcg["bm25"]["water"] == 1
    assert ndcg["bm25"]["both"] > 0  # by its words


def test_methods_of_fusion_are_systems(wares: Command, made: Path, files: list[object]) -> None:
    done = wares("evaluate", made, *files, "--compare", "rrf", "voting", "concatenation", "--json")
    assert names(done) == ["rrf", "voting", "concatenation"]
    assert "method voting" in done.json["systems"][1]["about"]


def test_a_network_is_a_system_where_one_was_fitted(wares: Command, made: Path, files: list[object]) -> None:
    missing = wares("evaluate", made, *files, "--compare", "learned")
    assert missing.code == 1
    assert "wares fit SHOP --fusion" in missing.err
    path = made / "fits" / "first" / "fusion.npz"
    path.parent.mkdir(parents=True)
    path.write_bytes(encode(Network(fresh((), 1), {}, frozenset({"text"}))))
    try:
        done = wares("evaluate", made, *files, "--compare", "shop", "learned", "--json")
        assert names(done) == ["shop", "learned"]
        assert means(done)["learned"] == means(done)["shop"], "it has learned nothing"
    finally:
        shutil.rmtree(made / "fits")


def test_a_run_is_kept_and_compared_with_later(
    wares: Command, made: Path, files: list[object], tmp_path: Path
) -> None:
    run = tmp_path / "yesterday.run"
    assert wares("evaluate", made, *files, "--save-run", run).code == 0
    assert len(run.read_text(encoding="utf-8").splitlines()) > 10
    done = wares("evaluate", made, *files, "--baseline", run, "--json")
    assert names(done) == [str(run), "shop"]
    assert means(done)[str(run)] == means(done)["shop"]
    assert any("same products in the same order" in remark["text"] for remark in done.json["remarks"])
    assert done.json["systems"][0]["latency"] is None


def test_of_several_systems_the_last_that_was_asked_is_kept(
    wares: Command, made: Path, files: list[object], tmp_path: Path
) -> None:
    first, second = tmp_path / "first.run", tmp_path / "second.run"
    assert wares("evaluate", made, *files, "--compare", "bm25", "rrf", "--save-run", first).code == 0
    assert first.read_text(encoding="utf-8").splitlines()[0].endswith("rrf")
    assert wares("evaluate", made, *files, "--compare", first, "--save-run", second).code == 0
    assert second.read_text(encoding="utf-8").splitlines()[0].endswith("shop")


def test_another_shop_is_a_system(wares: Command, made: Path, shop: Path, files: list[object]) -> None:
    assert wares("remove", shop, "cup-red").code == 0
    done = wares("evaluate", made, *files, "--compare", shop, "--json")
    assert names(done) == ["shop", str(shop)]
    assert means(done)[str(shop)] < means(done)["shop"]
    assert set(done.json["systems"][1]["failed"]) == {"twin"}
    lost = wares("evaluate", shop, *files, "--json")
    [remark] = [r for r in lost.json["remarks"] if "judgments that the shop does not have" in r["text"]]
    assert remark["ids"] == ["cup-red"]


@pytest.mark.parametrize(
    ("compared", "baseline", "rivals", "names"),
    [
        ([], None, [], ["shop"]),
        (["a"], None, [], ["shop", "a"]),
        (["a", "b"], None, [], ["a", "b"]),
        ([], "bm25", [], ["bm25", "shop"]),
        (["a", "b"], "b", [], ["b", "a"]),
        ([], None, ["bm25"], ["bm25", "shop"]),
        (["a"], None, ["bm25", "a"], ["shop", "bm25", "a"]),
        ([], "old.run", ["old.run"], ["old.run", "shop"]),
    ],
)
def test_who_is_the_baseline(compared: list[str], baseline: str | None, rivals: list[str], names: list[str]) -> None:
    found, rule = chosen(compared, baseline, rivals)
    assert found == names
    assert rule


def test_a_system_is_not_compared_with_itself() -> None:
    for compared, baseline in ((["shop"], None), (["a", "a"], None), ([], "shop")):
        with pytest.raises(SetupError, match="twice"):
            chosen(compared, baseline, ())


# -- what is printed --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", ["80", "120"])
def test_people_read_figures_verdict_segments_and_remarks(
    wares: Command, made: Path, files: list[object], monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    done = wares("evaluate", made, *files, "--compare", "bm25", "shop")
    assert done.code == 0, done.err
    assert max(len(line) for line in done.out.splitlines()) <= int(width)
    for piece in ("7 questions", "nDCG@10", "shop", "bm25", "won", "tied", "modality: text + image", "Holm"):
        assert piece in done.out
    assert "1 question that bm25 could not answer, counted 0" in " ".join(done.out.split())


def test_a_page_is_written(wares: Command, made: Path, files: list[object], tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    done = wares("evaluate", made, *files, "--compare", "bm25", "shop", "--html", page)
    assert done.code == 0, done.err
    assert "green backpack, where price &lt; 40" in page.read_text(encoding="utf-8")
    assert str(page) in " ".join(done.out.split("\n"))


def test_the_command_can_be_repeated(wares: Command, made: Path, files: list[object]) -> None:
    done = wares("evaluate", made, *files, "--compare", "bm25", "shop", "--depth", "200", "--json")
    command = done.json["about"]["command"]
    assert command.startswith(f"wares evaluate {made} ")
    assert "--depth 200" in command
    again = wares(*command.split()[1:], "--json")
    assert means(again) == means(done)


def test_without_questions_they_are_made_out_of_the_catalogue(wares: Command, made: Path) -> None:
    done = wares("evaluate", made, "--json")
    assert done.code == 0, done.err
    assert "made out of the catalogue" in done.err
    assert len(done.json["questions"]) > 5
    assert done.json["bias"]
    assert "made" in done.json["segments"]
    assert done.json["systems"][0]["figures"][0]["mean"] > 0.5


# -- what is wrong ----------------------------------------------------------------------------------------------


def test_what_is_missing_or_broken_is_counted_and_named(
    wares: Command, made: Path, files: list[object], tmp_path: Path
) -> None:
    with (tmp_path / "questions.csv").open("a", encoding="utf-8") as file:
        file.write("gone,,no-such.png,,,\nlost,,,no-such-product,,\nidle,nobody judged this,,,,\n,no id,,,,\n")
    with (tmp_path / "labels.csv").open("a", encoding="utf-8") as file:
        file.write("gone,lamp-red,3\nlost,lamp-red,1\nmystery,cup-red,1\ncup,no-such-product,2\ncup,cup-green,many\n")
    done = wares("evaluate", made, *files, "--json")
    assert done.code == 0, done.err
    [system] = done.json["systems"]
    assert set(system["failed"]) == {"gone", "lost"}
    assert system["per_query"]["nDCG@10"]["gone"] == 0
    assert system["figures"][0]["n"] == 9
    remarks = {remark["text"]: remark["ids"] for remark in done.json["remarks"]}

    def about(text: str) -> list[str]:
        [found] = [ids for key, ids in remarks.items() if text in key]
        return found

    assert about("without a judgment") == ["idle"]
    assert about("judgments that the set does not have") == ["mystery"]
    assert about("judgments that the shop does not have") == ["no-such-product"]
    assert about("no-such.png") == ["gone"]
    assert "questions.csv:12" in about("problem with the questions")[0]
    assert "labels.csv:14" in about("problem with the judgments")[0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--compare", "bm26"], "no system 'bm26'; did you mean bm25?"),
        (["--compare", "built.toml"], "changes k1, which is built into an index"),
        (["--compare", "media.toml"], "changes media, which ranks nothing"),
        (["--compare", "typo.toml"], "did you mean"),
        (["--compare", "nowhere.toml"], "cannot be read"),
        (["--compare", "nowhere.run"], "no such file"),
        (["--compare", "labels.csv"], "no system 'labels.csv'"),
        (["--compare", "."], "is no shop"),
        (["--compare", "shop"], "twice"),
        (["--measure", "nDGC@10"], "did you mean nDCG"),
        (["--depth", "10"], "R@100 looks at 100 products"),
        (["--depth", "2000"], "1 … 1000"),
        (["--html", "nowhere/a.html"], "cannot be written"),
        (["--compare", "nothing.toml"], "channel"),
    ],
)
def test_one_line_says_what_is_wrong(
    wares: Command,
    made: Path,
    files: list[object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    said: str,
) -> None:
    for name, text in {
        "built": "k1 = 2.0",
        "media": "[media]\nmax_bytes = 5",
        "typo": "[fusion]\nmetod = 'rrf'",
        "nothing": "[fusion.weights]\n'text.sound' = 1",
    }.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert said in wares("evaluate", made, *files, *options).error()


def test_usage_errors(wares: Command, made: Path, files: list[object], tmp_path: Path) -> None:
    assert "after --compare" in wares("evaluate", made, "bm25", *files).error(2)
    assert "name both or none" in wares("evaluate", made, "--queries", tmp_path / "questions.csv").error(2)
    assert "name both or none" in wares("evaluate", made, "--qrels", tmp_path / "labels.csv").error(2)


def test_there_has_to_be_a_shop_with_products(
    wares: Command, shop: Path, tmp_path: Path, files: list[object]
) -> None:
    assert "no shop" in wares("evaluate", tmp_path / "nowhere", *files).error()
    every = [hit["id"] for hit in wares("search", shop, "--json").json["hits"]]
    assert wares("remove", shop, *every).code == 0
    assert "has no products" in wares("evaluate", shop, *files).error()


def test_judgments_of_other_questions_are_refused(
    wares: Command, made: Path, files: list[object], tmp_path: Path
) -> None:
    (tmp_path / "labels.csv").write_text("query_id,product_id,gain\nQ1,cup-red,3\n", encoding="utf-8")
    assert "no question can be evaluated" in wares("evaluate", made, *files).error()
