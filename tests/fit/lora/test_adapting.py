"""A tiny CLIP with random weights learns a catalogue of coloured shapes, and what comes of it is served."""

import shutil

import msgspec
import numpy as np
import pytest

from wares import encoders
from wares.errors import ModelUnavailable, SetupError
from wares.fit.lora import LoraReport, LoraSettings, adapt
from wares.fit.lora.quality import Questions

from .conftest import SHORT, drawn


def found(folder, environment, examples):
    """The held-out quality of a model, through the encoders that serve."""
    questions = Questions.of(examples)
    text, image = encoders.build(f"file:{folder}", environment)
    return questions.quality(text.encode(questions.captions), image.encode([one.picture() for one in examples]))


def test_held_out_captions_find_their_pictures_far_better_than_before(adapted):
    assert adapted.report.base.r1 < 0.15
    assert adapted.report.adapted.r1 > 0.6
    assert adapted.report.adapted.mrr > adapted.report.base.mrr + 0.4
    assert 0 < adapted.report.best_step <= adapted.report.steps


def test_the_result_opens_as_any_two_tower_model_and_finds_the_right_pictures(adapted, environment, held_out):
    assert found(adapted.folder, environment, held_out) == adapted.report.onnx
    text, image = encoders.build(f"file:{adapted.folder}", environment)
    assert (text.space, image.space) == ("my-clip", "my-clip")
    pictures = image.encode([drawn("red", "square", 77), drawn("blue", "circle", 78), drawn("black", "cross", 79)])
    best = (text.encode(["a red square", "a blue circle", "a black cross"]) @ pictures.T).argmax(axis=1)
    np.testing.assert_array_equal(best, [0, 1, 2])


def test_the_export_gives_the_vectors_of_torch(adapted):
    assert adapted.report.difference < 1e-5
    assert adapted.report.onnx == adapted.report.adapted


def test_int8_alone_opens_too_and_its_loss_is_measured_and_small(adapted, environment, held_out, tmp_path):
    folder = tmp_path / "int8"
    shutil.copytree(adapted.folder, folder)
    for tower in ("text", "vision"):
        (folder / f"onnx/{tower}_model.onnx").unlink()
    assert found(folder, environment, held_out) == adapted.report.int8
    assert adapted.report.onnx.r10 - adapted.report.int8.r10 <= 0.01
    assert adapted.report.chosen == "int8"
    assert 0 < adapted.report.int8_difference < 0.01
    assert 0 < adapted.report.int8_mb < adapted.report.fp32_mb


def test_the_report_lies_beside_the_graphs(adapted, train, held_out):
    assert msgspec.json.decode((adapted.folder / "lora.json").read_bytes(), type=LoraReport) == adapted.report
    assert (adapted.report.examples, adapted.report.held_out, adapted.report.device) == (240, 48, "cpu")
    assert 0 < adapted.report.trained_parameters < adapted.report.parameters / 2
    assert [path.name for path in adapted.folder.parent.iterdir()] == ["my-clip"]


@pytest.mark.parametrize("kind", ["siglip", "chinese_clip"])
def test_other_families_are_exported_alike(build, train, held_out, environment, tmp_path, kind):
    folder = tmp_path / kind
    report = adapt(f"file:{build(kind)}", train, held_out, folder, settings=SHORT, environment=environment)
    assert report.difference < 1e-5
    assert found(folder, environment, held_out) == report.onnx


def test_a_loss_that_is_no_number_stops_with_the_remedy_and_leaves_nothing(
    build, train, held_out, environment, tmp_path
):
    settings = msgspec.structs.replace(SHORT, learning_rate=1e30, max_steps=10)
    with pytest.raises(SetupError, match=r"at step \d+ the (loss|gradient) is (nan|inf).*lower learning_rate"):
        adapt(f"file:{build()}", train, held_out, tmp_path / "out", settings=settings, environment=environment)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stage", ["adapting", "exporting", "quantising"])
def test_an_interruption_leaves_nothing(build, train, held_out, environment, tmp_path, stage):
    def interrupt(progress):
        if progress.stage == stage:
            raise KeyboardInterrupt

    base = f"file:{build()}"
    with pytest.raises(KeyboardInterrupt):
        adapt(base, train, held_out, tmp_path / "o", settings=SHORT, environment=environment, on_progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(build, train, held_out, environment, tmp_path):
    (tmp_path / "mine").write_text("kept")
    with pytest.raises(SetupError, match="is there already"):
        adapt(f"file:{build()}", train, held_out, tmp_path, settings=SHORT, environment=environment)
    assert (tmp_path / "mine").read_text() == "kept"


def test_offline_nothing_is_fetched(build, train, held_out, environment, tmp_path, monkeypatch):
    build()
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("the network was asked"))
    with pytest.raises(ModelUnavailable, match="hf:nobody/nothing"):
        adapt("hf:nobody/nothing", train, held_out, tmp_path / "o", settings=SHORT, environment=environment)
    assert list(tmp_path.iterdir()) == []


def test_examples_that_teach_or_tell_nothing_are_refused(build, train, held_out, environment, tmp_path):
    build()

    def run(train, held_out):
        adapt("file:nowhere", train, held_out, tmp_path / "o", settings=SHORT, environment=environment)

    with pytest.raises(SetupError, match="group 'p0' is among the train and the held-out"):
        run(train, [*held_out, train[0]])
    with pytest.raises(SetupError, match="1 train examples; at least two"):
        run(train[:1], held_out)
    with pytest.raises(SetupError, match="held-out example has no caption"):
        run(train, [*held_out, train[0]._replace(captions=(), group="new")])
    with pytest.raises(ModelUnavailable, match="no such folder"):
        run(train, held_out)


def test_a_gpu_that_is_not_there_is_told(build, train, held_out, environment, tmp_path):
    build()
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    settings = LoraSettings(device="cuda")
    with pytest.raises(SetupError, match="sees no GPU"):
        adapt("file:nowhere", train, held_out, tmp_path / "o", settings=settings, environment=environment)
