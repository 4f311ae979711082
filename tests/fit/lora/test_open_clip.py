"""Tiny models of open_clip with random weights. Skipped where open_clip cannot be imported."""

import copy
import json

import numpy as np
import pytest
from PIL import Image

from wares.encoders.inputs import Preparation, Tokeniser
from wares.errors import ModelUnavailable, SetupError
from wares.fit.lora import adapt

from .conftest import SHORT

torch = pytest.importorskip("torch", reason='the extra "torch" is not installed')
pytest.importorskip("peft", reason='the extra "torch" is not installed')
open_clip = pytest.importorskip("open_clip", reason="open_clip is not installed", exc_type=Exception)

from wares.fit.lora import layers  # noqa: E402
from wares.fit.lora.bases import open_base  # noqa: E402

MODEL = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 32, "head_width": 8, "patch_size": 8},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 4, "layers": 2},
}
TEXTS = ["a red circle", "The  Blue-Square, 42!", "long " * 40]


def written(folder, **text):
    """A folder as open_clip's own files on the hub are laid out."""
    from safetensors.torch import save_file

    torch.set_num_threads(1)
    model = {**MODEL, "text_cfg": {**MODEL["text_cfg"], **text}}
    folder.mkdir()
    config = {"model_cfg": model, "preprocess_cfg": {"mean": [0.5] * 3, "std": [0.25] * 3, "resize_mode": "squash"}}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    with torch.random.fork_rng():
        torch.manual_seed(1)
        built = open_clip.CLIP(**copy.deepcopy(model))
    save_file(built.state_dict(), folder / "open_clip_model.safetensors")
    return folder


def test_a_folder_of_open_clip_goes_all_the_way(train, held_out, environment, tmp_path):
    folder = written(tmp_path / "tiny")
    report = adapt(f"file:{folder}", train, held_out, tmp_path / "out", settings=SHORT, environment=environment)
    assert report.difference < 1e-5
    assert report.onnx == report.adapted


def test_words_and_pictures_are_prepared_as_open_clip_does(environment, tmp_path):
    folder = written(tmp_path / "tiny")
    base = open_base(f"file:{folder}", environment, print)
    for name, content in base.files.items():
        (tmp_path / name).write_bytes(content)
    theirs = open_clip.get_tokenizer(f"local-dir:{folder}")(TEXTS)
    np.testing.assert_array_equal(Tokeniser(tmp_path, masked=False)(TEXTS)[0], theirs)
    picture = Image.effect_noise((50, 30), 90).convert("RGB")
    transform = open_clip.transform
    prepare = transform.image_transform_v2(
        transform.PreprocessCfg(**base.model.visual.preprocess_cfg), is_train=False
    )
    ours = Preparation.read(tmp_path / "preprocessor_config.json")(picture)
    np.testing.assert_allclose(ours, prepare(picture).numpy(), atol=1e-5)


def test_the_base_s_attention_does_not_drift_while_it_learns(environment, tmp_path):
    base = open_base(f"file:{written(tmp_path / 'tiny')}", environment, print)
    before = {name: weight.clone() for name, weight in base.model.state_dict().items()}
    adapter = layers.Adapter(base.model, SHORT, "tiny")
    nothing = adapter.state()
    adapter.restore([torch.randn_like(weight) for weight in nothing])
    for _ in range(20):  # every pass adds what is learned to the weights, and takes it off again
        base.text(torch.ones(2, 16, dtype=torch.int64), None)
        base.image(torch.zeros(2, 3, 32, 32))
    adapter.restore(nothing)
    after = adapter.merge().state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_checkpoint_s_file_is_loaded_into_a_model_of_that_name(environment, tmp_path):
    folder = written(tmp_path / "tiny")
    config = tmp_path / "wares-tiny.json"
    config.write_text(json.dumps(MODEL))
    open_clip.add_model_config(config)
    file = folder / "open_clip_model.safetensors"
    named = open_base(f"open_clip:wares-tiny/{file}", environment, print).model.state_dict()
    placed = open_base(f"file:{folder}", environment, print).model.state_dict()
    assert all(torch.equal(named[name], placed[name]) for name in placed)


def test_unknown_names_and_tags_are_told(environment):
    with pytest.raises(SetupError, match="no model 'ViT-Q'"):
        open_base("open_clip:ViT-Q/openai", environment, print)
    with pytest.raises(SetupError, match=r"'nowhere' is neither a file nor one of: .*laion2b_s34b_b79k"):
        open_base("open_clip:ViT-B-32/nowhere", environment, print)


def test_a_tokeniser_that_cannot_be_written_is_told_before_anything_is_learned(
    train, held_out, environment, tmp_path
):
    folder = written(tmp_path / "tiny", tokenizer_kwargs={"reduction_mask": "random"})
    with pytest.raises(SetupError, match="tokeniser"):
        adapt(f"file:{folder}", train, held_out, tmp_path / "out", settings=SHORT, environment=environment)


@pytest.mark.parametrize("clean", ["lower", "whitespace", "canonicalize"])
def test_every_way_of_cleaning_texts_can_be_written(environment, tmp_path, clean):
    folder = written(tmp_path / "tiny", tokenizer_kwargs={"clean": clean})
    assert open_base(f"file:{folder}", environment, print).files["tokenizer.json"]


def test_offline_a_tag_is_not_fetched(environment, monkeypatch):
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("the network was asked"))
    with pytest.raises(ModelUnavailable, match="laion/CLIP-ViT-B-32"):
        open_base("open_clip:ViT-B-32/laion2b_s34b_b79k", environment, print)
