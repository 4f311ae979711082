"""``wares baselines``: one table, the same as JSON, and one line for what is wrong."""

import subprocess
import sys

import pytest

QUICK = ("--only", "tf-idf,naive-bayes,colour-histogram", "--questions", "5")


def test_every_baseline_and_channel_is_a_line_of_one_table(wares, shop):
    pytest.importorskip("skimage")
    done = wares("baselines", shop, *QUICK)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0].split() == ["asked", "by", "R@1", "R@10", "RR@10", "nDCG@10", "numbers", "an", "item"]
    for name in ("tf-idf", "naive-bayes", "words *", "hashed.text *"):
        assert sum(name in line for line in lines) >= 1, name
    assert "title-words: 5 questions among 9 products." in done.out
    assert "another photo: left out" in done.err


def test_json_has_the_tasks_the_figures_and_what_was_left_out(wares, shop):
    pytest.importorskip("skimage")
    report = wares("baselines", shop, *QUICK, "--json").json
    assert report["seed"] == 20
    assert {task["name"] for task in report["tasks"]} >= {"title-words", "picture"}
    (first, *_) = report["rows"]
    assert first["name"] == "tf-idf"
    assert set(first["values"]) == {"R@1", "R@10", "RR@10", "nDCG@10"}
    assert first["dims"] > 0
    assert any("another photo" in problem for problem in report["problems"])


@pytest.mark.parametrize(
    ("arguments", "why"),
    [(("--only", "tfidf"), "unknown baseline 'tfidf'"), (("--only", "mfcc"), "no product has one that can be read")],
)
def test_what_is_wrong_is_one_line(wares, shop, arguments, why):
    pytest.importorskip("skimage")
    assert why in wares("baselines", shop, *arguments).error()


def test_a_folder_that_is_no_shop_is_one_line(wares, tmp_path):
    assert "there is no shop" in wares("baselines", tmp_path / "none").error()


def test_without_its_libraries_the_pip_line_is_told(shop, environment):
    """In a process of its own, in which they cannot be imported."""
    hidden = "import sys; sys.modules.update(dict.fromkeys(('scipy', 'skimage', 'av')))"
    code = f"{hidden}; from wares.cli.run import run; sys.exit(run(['baselines', {str(shop)!r}]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].endswith('pip install "wares[classic]"')
    assert len(done.stderr.strip().splitlines()) == 1
