"""Two-tower exports: tiny models in the layout of the real ones, whose three colours are known."""

import json
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto
from PIL import Image

from wares import encoders
from wares.encoders.inputs import Preparation, Tokeniser
from wares.errors import ModelUnavailable, SetupError
from wares.settings import Environment


@pytest.fixture
def environment(tmp_path):
    return Environment(cache=tmp_path / "cache", offline=True)


def plain(colour, size=(20, 12)):
    return Image.new("RGB", size, colour)


def change(folder: Path, name: str, **settings) -> None:
    path = folder / name
    path.write_text(json.dumps({**json.loads(path.read_text()), **settings}))


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"layout": "joint"},
        {"kind": TensorProto.INT32},
        {"mask": False},
        {"length": 6},
        {"suffix": "_quantized"},
        {"words": "pooler_output", "pictures": "pooler_output"},
        {"words": "sentence_embedding"},
    ],
    ids=lambda form: "-".join(map(str, form.values())) or "split",
)
def test_words_find_pictures_whatever_the_layout(export, environment, form):
    text, image = encoders.build(f"file:{export(**form)}", environment)
    words = text.encode(["red", "green", "blue", "a RED thing"])
    pictures = image.encode([plain("red"), plain((0, 255, 0)), plain("blue")])
    assert (text.space, text.channel, image.channel) == ("tiny-clip", "tiny-clip.text", "tiny-clip.image")
    np.testing.assert_array_equal((words @ pictures.T).argmax(axis=1), [0, 1, 2, 0])
    np.testing.assert_allclose((words @ pictures.T).max(axis=1), 1.0, atol=1e-6)


def test_the_space_is_called_after_the_place(export, environment, monkeypatch):
    folder = export()
    monkeypatch.chdir(folder.parent)
    folder.rename("CLIP ViT.B_32")
    for place in ("file:CLIP ViT.B_32", "file:./CLIP ViT.B_32/"):
        assert {encoder.space for encoder in encoders.build(place, environment)} == {"clip-vit-b-32"}


def test_both_layouts_give_the_same_vectors(export, environment):
    split, joint = (encoders.build(f"file:{export(layout)}", environment) for layout in ("split", "joint"))
    texts, pictures = ["red", "red blue"], [plain("orange"), plain("navy")]
    np.testing.assert_allclose(split[0].encode(texts), joint[0].encode(texts), atol=1e-6)
    np.testing.assert_allclose(split[1].encode(pictures), joint[1].encode(pictures), atol=1e-6)


def test_a_changed_file_changes_the_fingerprint_of_the_tower_that_reads_it(export, environment):
    folder = export()
    text, image = (encoder.fingerprint for encoder in encoders.build(f"file:{folder}", environment))
    change(folder, "preprocessor_config.json", resample=2)
    after = [encoder.fingerprint for encoder in encoders.build(f"file:{folder}", environment)]
    assert after[0] == text
    assert after[1] != image


def test_towers_of_different_spaces_are_refused_with_both_numbers(export, environment):
    with pytest.raises(SetupError, match="3 dimensions, pictures 5"):
        encoders.build(f"file:{export(dims=5)}", environment)


@pytest.mark.parametrize("name", ["tokenizer.json", "preprocessor_config.json", "onnx/vision_model.onnx"])
def test_a_missing_file_is_named(export, environment, name):
    folder = export()
    (folder / name).unlink()
    with pytest.raises(ModelUnavailable, match=Path(name).name):
        encoders.build(f"file:{folder}", environment)


@pytest.mark.parametrize(
    "name",
    ["tokenizer.json", "preprocessor_config.json", "config.json", "onnx/text_model.onnx", "onnx/vision_model.onnx"],
)
@pytest.mark.parametrize("content", [b"", b"{", b"\x00\xff" * 50, b"[1, 2]"])
def test_a_damaged_file_is_named_in_one_line(export, environment, name, content):
    folder = export()
    (folder / name).write_bytes(content)
    with pytest.raises(SetupError, match=Path(name).name) as error:
        encoders.build(f"file:{folder}", environment)
    assert "\n" not in str(error.value)


def test_a_tower_without_its_projection_is_refused(export, environment):
    with pytest.raises(SetupError, match="words give pooler_output, pictures image_embeds"):
        encoders.build(f"file:{export(words='pooler_output')}", environment)


def test_outputs_of_unknown_names_are_told(export, environment):
    with pytest.raises(SetupError, match="mystery"):
        encoders.build(f"file:{export(words='mystery')}", environment)


def test_texts_are_cut_at_the_greatest_length(export):
    tokens = Tokeniser(export(), masked=True)
    numbers, mask = tokens(["red " * 1000, "blue"])
    assert numbers.shape == (2, 6)
    np.testing.assert_array_equal(mask.sum(axis=1), [6, 1])


def test_siglip_texts_are_filled_up(export):
    folder = export()
    change(folder, "config.json", model_type="siglip")
    assert Tokeniser(folder, masked=True)(["blue"])[0].shape == (1, 6)


# -- pictures ------------------------------------------------------------------------------------------------------


def preparation(tmp_path, **settings):
    path = tmp_path / "preprocessor_config.json"
    path.write_text(json.dumps(settings))
    return Preparation.read(path)


def test_the_middle_is_cut_out_after_resizing_by_the_shortest_edge(tmp_path):
    prepare = preparation(tmp_path, size={"shortest_edge": 4}, crop_size=4, do_normalize=False, do_center_crop=True)
    picture = Image.new("RGB", (120, 40), "red")
    picture.paste((0, 0, 255), (40, 0, 80, 40))
    pixels = prepare(picture)
    assert pixels.shape == (3, 4, 4)
    np.testing.assert_allclose(pixels[2, :, 1:3], 1.0, atol=0.05)
    np.testing.assert_allclose(pixels[0, :, 1:3], 0.0, atol=0.05)


def test_an_exact_size_squeezes_the_whole_picture(tmp_path):
    prepare = preparation(
        tmp_path, size={"height": 6, "width": 9}, resample=0, image_mean=[0, 0, 0], image_std=[1, 1, 1]
    )
    picture = Image.new("RGB", (90, 10), "white")
    picture.paste((0, 0, 0), (60, 0, 90, 10))
    pixels = prepare(picture)
    assert pixels.shape == (3, 6, 9)
    np.testing.assert_allclose(pixels[0, 0], [1, 1, 1, 1, 1, 1, 0, 0, 0])


def test_pixels_are_scaled_and_normalised_per_channel(tmp_path):
    prepare = preparation(tmp_path, size=2, image_mean=[0.5, 0.25, 0.0], image_std=[0.5, 0.25, 1.0])
    np.testing.assert_allclose(prepare(plain((255, 0, 51)))[:, 0, 0], [1.0, -1.0, 0.2], atol=1e-6)


def test_the_variant_of_jina_clip_is_read(tmp_path):
    settings = {"size": 4, "mean": [0, 0, 0], "std": [1, 1, 1], "interpolation": "bicubic", "resize_mode": "shortest"}
    prepare = preparation(tmp_path, **settings)
    assert (prepare.shortest, prepare.crop, prepare.resample) == (4, (4, 4), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("size", [(1, 1), (3000, 10), (10, 3000), (1, 60_000), (60_000, 1)])
def test_pictures_of_any_shape_give_one_shape(tmp_path, size):
    prepare = preparation(tmp_path, size={"shortest_edge": 256}, crop_size=224, do_center_crop=True)
    pixels = prepare(plain("teal", size))
    assert pixels.shape == (3, 224, 224)
    assert pixels.std(axis=(1, 2)).max() < 1e-3


@pytest.mark.parametrize(
    "settings",
    [
        {"size": {"longest_edge": 224}},
        {"size": 10**9},
        {"do_resize": False},
        {"size": 224, "image_mean": [0.5]},
        {"size": 224, "resample": 99},
        {"size": 224, "resize_mode": "longest"},
        {"size": "large"},
    ],
)
def test_a_preparation_not_understood_is_refused(tmp_path, settings):
    with pytest.raises(SetupError, match=r"preprocessor_config\.json"):
        preparation(tmp_path, **settings)
