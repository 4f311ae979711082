"""``wares judge``: what is typed becomes labels, each at once; whatever stops it, the same command goes on."""

from __future__ import annotations

import io
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from wares.evaluation.judgments import read_judgments
from wares.evaluation.queries import read_queries
from wares.settings import BARE
from wares.shop import Shop

Command: TypeAlias = Callable[..., Any]


@pytest.fixture
def judge(wares: Command, made: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Judge with these keys typed: ``judge("3 0 q", "--qrels", path)``; a space is Enter."""

    def call(keys: str, *arguments: object, shop: Path = made) -> Any:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{key}\n" for key in keys.split(" ") if keys)))
        return wares("judge", shop, *arguments)

    return call


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    path = tmp_path / "queries.tsv"
    path.write_text("cups\tred cup\nlamps\tlamp\nbags\tblue backpack\n")
    return path


@pytest.fixture
def qrels(tmp_path: Path) -> Path:
    return tmp_path / "labels.qrels"


def labels(path: Path) -> list[list[str]]:
    return [line.split() for line in path.read_text().splitlines()]


def shown(done: Any) -> list[str]:
    """The ids of the products that were shown, in order."""
    return [line.split()[1] for line in done.out.splitlines() if line.startswith("  id ")]


# -- labels -----------------------------------------------------------------------------------------------------


def test_keys_become_labels(judge: Command, queries: Path, qrels: Path) -> None:
    done = judge("3 0 2 1 q", "--queries", queries, "--qrels", qrels, "-k", "4")
    assert done.code == 0, done.err
    assert labels(qrels) == [["cups", "0", id, gain] for id, gain in zip(shown(done), "3021", strict=False)]
    assert "4 judged, 0 skipped" in done.out


def test_a_session_shows_the_question_the_card_and_what_gains_mean(
    judge: Command, wares: Command, made: Path, queries: Path, qrels: Path
) -> None:
    done = judge(" ".join("s" * 9), "--queries", queries, "--qrels", qrels)
    for piece in ("Question 1 of 3  red cup", "Red cup 红色水杯", "10.50 EUR", "Foo & Co", "Kitchen / Cups", ".png"):
        assert piece in done.out
    assert done.out.count("exactly what was asked for") == 1
    scores = [hit["score"] for hit in wares("search", made, "red cup", "--json").json["hits"]]
    assert not any(f"{score:.3f}" in done.out for score in scores)  # they would tell where a product stood


def test_the_pool_holds_what_the_shop_words_and_vectors_find(
    judge: Command, wares: Command, made: Path, queries: Path, qrels: Path
) -> None:
    judge(" ".join("0" * 9), "--queries", queries, "--qrels", qrels, "-k", "2")
    pooled = set(read_judgments(qrels).gains["cups"])
    found = [hit["id"] for hit in wares("search", made, "red cup", "-k", "2", "--json").json["hits"]]
    assert set(found) <= pooled
    assert len(pooled) <= 6


def test_the_order_is_the_same_every_time_and_not_that_of_the_ranking(
    judge: Command, wares: Command, made: Path, queries: Path, tmp_path: Path
) -> None:
    one = shown(judge("s " * 8 + "q", "--queries", queries, "--qrels", tmp_path / "a.qrels"))
    assert one == shown(judge("s " * 8 + "q", "--queries", queries, "--qrels", tmp_path / "b.qrels"))
    with Shop.open(made, create=False) as shop:
        ranked = [hit.id for hit in shop.search("red cup", parse=False, ranking=BARE).hits]
    assert sorted(one) == sorted(ranked)
    assert one != ranked


def test_skip_next_undo_and_help(judge: Command, queries: Path, qrels: Path) -> None:
    keys = "u s 3 ? 2 u 1 n 0 u n n"
    done = judge(keys, "--queries", queries, "--qrels", qrels, "-k", "4", "--json")
    assert done.code == 0, done.err
    first = read_judgments(qrels).gains["cups"]
    assert [gain for _, _, _, gain in labels(qrels)] == ["3", "1"]
    assert {query for query, *_ in labels(qrels)} == {"cups"}
    assert done.json["judged"] == 2
    assert done.json["skipped"] == 1
    assert len(first) == 2
    assert "there is no label of this session to undo" in done.err
    assert done.err.count("undo the last label") == 2


def test_undo_goes_back_to_the_question_before(judge: Command, queries: Path, qrels: Path) -> None:
    done = judge("3 n u 2 q", "--queries", queries, "--qrels", qrels)
    ids = shown(done)
    assert ids[0] == ids[-2]
    assert labels(qrels) == [["cups", "0", ids[0], "2"]]
    assert done.out.count("Question 1 of 3") == 2


def test_the_end_of_the_questions_ends_the_session(judge: Command, queries: Path, qrels: Path) -> None:
    done = judge(" ".join("1" * 30), "--queries", queries, "--qrels", qrels)
    assert done.code == 0
    assert "27 judged, 0 skipped, 0 left; 3 of 3 questions done" in done.out
    again = judge("", "--queries", queries, "--qrels", qrels)
    assert "0 judged, 0 skipped, 0 left; 3 of 3 questions done" in again.out
    assert "How well" not in again.out


# -- going on ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", ["q", ""], ids=["q", "the end of stdin"])
def test_the_same_command_goes_on(stop: str, judge: Command, queries: Path, qrels: Path) -> None:
    whole = shown(judge(" ".join("s" * 9 + "q"), "--queries", queries, "--qrels", qrels))
    first = judge(f"3 2 {stop}".strip(), "--queries", queries, "--qrels", qrels)
    assert first.code == 0
    second = judge("1 q", "--queries", queries, "--qrels", qrels)
    assert shown(second) == whole[2:4]
    assert [(id, gain) for _, _, id, gain in labels(qrels)] == list(zip(whole, "321", strict=False))


def test_what_is_judged_is_asked_again_when_it_is_wanted(judge: Command, queries: Path, qrels: Path) -> None:
    first = shown(judge("3 2 q", "--queries", queries, "--qrels", qrels))[0]
    done = judge("0 q", "--queries", queries, "--qrels", qrels, "--show-judged")
    assert shown(done)[0] == first
    assert "judged 3 before" in done.out
    assert read_judgments(qrels).gains["cups"][first] == 0


def test_a_file_keeps_its_form_and_who_judged(judge: Command, queries: Path, tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_bytes(b"# by hand\r\ngrade,query_id,product_id,by\r\n2,cups,cup-red,bo\r\n")
    done = judge("1 q", "--queries", queries, "--qrels", path, "--by", "Ana B.")
    id = shown(done)[0]
    assert id != "cup-red"
    assert path.read_bytes().splitlines(keepends=True)[-1] == f"1,cups,{id},Ana B.\r\n".encode()


def test_a_line_that_a_crash_cut_short_is_told(judge: Command, queries: Path, qrels: Path) -> None:
    qrels.write_text("cups 0 cup-red 3\ncups 0 cup-bl")
    done = judge("0 q", "--queries", queries, "--qrels", qrels)
    assert done.code == 0
    assert "cut short" in done.err
    assert "cups 0 cup-bl" in done.err
    assert read_judgments(qrels).problems == ()
    assert len(read_judgments(qrels).gains["cups"]) == 2


# -- questions --------------------------------------------------------------------------------------------------


def test_typed_questions_are_kept_beside_the_labels(judge: Command, tmp_path: Path) -> None:
    qrels, kept = tmp_path / "labels.tsv", tmp_path / "labels.queries.jsonl"
    done = judge("3 n 2 q", "--query", "red  cup", "--query", "水杯", "--qrels", qrels)
    assert done.code == 0, done.err
    assert str(kept) in done.out.replace("\n", "")
    judge("q", "--query", "水杯", "--query", "lamp", "--qrels", qrels)
    found = read_queries(kept)
    assert [asked.query.parts[0].value for asked in found.queries] == ["red cup", "水杯", "lamp"]
    assert set(read_judgments(qrels).gains) == {asked.id for asked in found.queries[:2]}
    assert "by hand" in found.truth
    assert "only what" in found.bias


def test_pictures_mixes_and_filters_are_judged_too(judge: Command, feed: Path, tmp_path: Path, qrels: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(
        '{"id": "picture", "image": "lamp-blue.png"}\n'
        '{"id": "mixed", "text": "backpack", "image": "lamp-blue.png", "where": "price < 25"}\n'
        '{"id": "like", "like": "cup-red", "not": "green"}\n'
    )
    done = judge("1 n 1 n 1 n", "--queries", path, "--media-root", feed.parent, "--qrels", qrels)
    assert done.code == 0, done.err
    assert list(read_judgments(qrels).gains) == ["picture", "mixed", "like"]
    assert "image lamp-blue.png" in done.out
    assert "backpack + image lamp-blue.png, where price < 25" in done.out


def test_a_question_that_cannot_be_asked_is_named_and_the_next_one_comes(
    judge: Command, tmp_path: Path, qrels: Path
) -> None:
    path = tmp_path / "q.jsonl"
    lines = ['{"id": "gone", "image": "none.png"}', '{"id": "x"}', '{"id": "who", "like": "p-77"}']
    path.write_text("\n".join([*lines, '{"id": "cups", "text": "cup"}']))
    done = judge("3 q", "--queries", path, "--qrels", qrels, "--json")
    assert done.code == 0, done.err
    assert set(done.json["failed"]) == {"gone", "who"}
    assert "none.png" in done.json["failed"]["gone"]
    assert [problem for problem in done.json["problems"] if f"{path}:2: nothing is asked for" in problem]
    assert done.json["judged"] == 1
    assert done.json["questions"] == {"all": 3, "done": 0, "not_seen": 0}
    assert list(read_judgments(qrels).gains) == ["cups"]


def test_json_is_one_document_and_the_dialogue_is_elsewhere(judge: Command, queries: Path, qrels: Path) -> None:
    done = judge("3 s q", "--queries", queries, "--qrels", qrels, "--json")
    assert done.json == {
        "qrels": str(qrels),
        "queries": str(queries),
        "judged": 1,
        "skipped": 1,
        "left": 8,
        "questions": {"all": 3, "done": 0, "not_seen": 2},
        "failed": {},
        "problems": [],
    }
    assert "Question 1 of 3" in done.err


# -- whatever is typed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["", "4", "33", "-1", "three", "三", "Q!", "\x1b[A", "\0", "x" * 100_000, "﷽", "3 "]
)
def test_what_is_no_key_is_asked_again(
    typed: str, wares: Command, made: Path, queries: Path, qrels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{typed}\n2\nq\n"))
    done = wares("judge", made, "--queries", queries, "--qrels", qrels)
    assert done.code == 0
    assert done.err == ""
    assert [gain for *_, gain in labels(qrels)] == (["3", "2"] if typed == "3 " else ["2"])
    assert "\x1b" not in done.out


def test_bytes_that_are_no_text_are_no_key(
    process: Command, environment: dict[str, str], made: Path, queries: Path, qrels: Path
) -> None:
    command = [sys.executable, "-m", "wares", "judge", str(made), "--queries", str(queries), "--qrels", str(qrels)]
    done = subprocess.run(command, input=b"\xff\xfe\n3\n\x80", capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    assert [gain for *_, gain in labels(qrels)] == ["3"]


def test_no_stdin_at_all_ends_at_once(process: Command, made: Path, queries: Path, qrels: Path) -> None:
    done = process(
        *("judge", made, "--queries", queries, "--qrels", qrels), prefix=("bash", "-c", 'exec "$0" "$@" <&-')
    )
    assert done.code == 0, done.err
    assert "0 judged" in done.out


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_labels_given_before_a_signal_are_kept(
    sign: signal.Signals, code: int, environment: dict[str, str], made: Path, queries: Path, qrels: Path
) -> None:
    command = [sys.executable, "-m", "wares", "judge", str(made), "--queries", str(queries), "--qrels", str(qrels)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment) as running:
        assert running.stdin is not None
        running.stdin.write(b"3\n2\n")
        running.stdin.flush()
        wait(lambda: qrels.exists() and len(labels(qrels)) == 2)
        time.sleep(0.5)  # it asks for the third one now: in a finaliser Python would ignore the signal
        running.send_signal(sign)
        out, err = running.communicate(timeout=60)
    assert running.returncode == code
    assert [gain for *_, gain in labels(qrels)] == ["3", "2"]
    assert b"Traceback" not in err
    if sign == signal.SIGINT:
        assert b"2 judged" in out
        assert b"run the same command to go on" in err


def wait(done: Callable[[], bool]) -> None:
    """Until something is so; at most a minute."""
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_terminal_shows_pictures_and_ends_with_control_d(
    environment: dict[str, str], made: Path, queries: Path, qrels: Path
) -> None:
    main, side = pty.openpty()
    command = [sys.executable, "-m", "wares", "judge", str(made), "--queries", str(queries), "--qrels", str(qrels)]
    variables = {**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    running = subprocess.Popen(command, stdin=side, stdout=side, stderr=side, env=variables)
    os.close(side)
    os.write(main, b"3\n\x04")
    written = b""
    try:
        while piece := os.read(main, 65536):
            written += piece
    except OSError:  # how Linux tells that the other side is closed
        pass
    os.close(main)
    assert running.wait(60) == 0
    assert "▄".encode() in written
    assert b"1 judged" in written
    assert [gain for *_, gain in labels(qrels)] == ["3"]


# -- bad input --------------------------------------------------------------------------------------------------


def test_what_is_wrong_is_one_line(judge: Command, queries: Path, qrels: Path, tmp_path: Path) -> None:
    assert "--queries" in judge("3", "--qrels", qrels).error(2)
    assert "--query" in judge("3", "--qrels", qrels, "--queries", queries, "--query", "cup").error(2)
    assert "none.tsv" in judge("3", "--qrels", qrels, "--queries", tmp_path / "none.tsv").error()
    assert ".qrels" in judge("3", "--qrels", tmp_path / "labels.xlsx", "--queries", queries).error()
    assert "no text" in judge("3", "--qrels", qrels, "--query", "  ").error()
    assert "no text" in judge("3", "--qrels", qrels, "--query", "\udcff").error()
    assert "no shop" in judge("3", "--qrels", qrels, "--query", "cup", shop=tmp_path / "none").error()
    (tmp_path / "notes.txt").write_text("buy milk\neggs")
    assert "notes.txt" in judge("3", "--qrels", tmp_path / "notes.txt", "--queries", queries).error()
    assert (tmp_path / "notes.txt").read_text() == "buy milk\neggs"


def test_ids_that_the_file_cannot_hold_are_told_before_anything_is_judged(
    judge: Command, wares: Command, tmp_path: Path, queries: Path, qrels: Path
) -> None:
    (tmp_path / "feed.csv").write_text("id,title\nred cup,Red cup\n")
    assert wares("index", tmp_path / "shop", tmp_path / "feed.csv", "--model", "basic").code == 0
    done = judge("3", "--queries", queries, "--qrels", qrels, shop=tmp_path / "shop")
    assert done.code == 1
    assert "red cup" in done.err
    assert ".tsv" in done.err
    done = judge("3 q", "--queries", queries, "--qrels", tmp_path / "labels.tsv", shop=tmp_path / "shop")
    assert read_judgments(tmp_path / "labels.tsv").gains == {"cups": {"red cup": 3}}


def test_an_empty_shop_has_nothing_to_judge(
    judge: Command, wares: Command, shop: Path, queries: Path, qrels: Path
) -> None:
    ids = [hit["id"] for hit in wares("search", shop, "--json").json["hits"]]
    assert wares("remove", shop, *ids).code == 0
    done = judge("3", "--queries", queries, "--qrels", qrels, shop=shop)
    assert done.code == 0, done.err
    assert "0 judged, 0 skipped, 0 left" in done.out
