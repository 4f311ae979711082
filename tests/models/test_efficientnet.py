from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from wares import media, models
from wares.errors import ModelUnavailable
from wares.models import efficientnet
from wares.settings import Environment

# Blocks, kernel, stride, channels of the seven stages: written out anew, as the oracle's own knowledge.
STAGES = ((1, 3, 1, 16), (3, 3, 2, 24), (3, 5, 2, 48), (4, 3, 2, 88), (4, 5, 1, 120), (5, 5, 2, 208), (1, 3, 1, 352))


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    return onnxruntime.InferenceSession(path, options)


def random_weights(seed):
    rng = np.random.default_rng(seed)
    weights = {}

    def conv(name, norm, out, inside, kernel):
        scale = np.sqrt(3.0 / (inside * kernel * kernel))
        weights[f"{name}.weight"] = rng.normal(0, scale, (out, inside, kernel, kernel)).astype(np.float32)
        weights[f"{norm}.weight"] = rng.uniform(0.5, 1.5, out).astype(np.float32)
        weights[f"{norm}.bias"] = rng.normal(0.5, 0.5, out).astype(np.float32)
        weights[f"{norm}.running_mean"] = rng.normal(0, 0.3, out).astype(np.float32)
        weights[f"{norm}.running_var"] = rng.uniform(0.3, 2, out).astype(np.float32)

    conv("_conv_stem", "_bn0", 32, 3, 3)
    channels, number = 32, 0
    for blocks, kernel, _, out in STAGES:
        for _ in range(blocks):
            name, wide = f"_blocks.{number}", channels if number == 0 else 6 * channels
            if number:
                conv(f"{name}._expand_conv", f"{name}._bn0", wide, channels, 1)
            conv(f"{name}._depthwise_conv", f"{name}._bn1", wide, 1, kernel)
            conv(f"{name}._project_conv", f"{name}._bn2", out, wide, 1)
            channels, number = out, number + 1
    conv("_conv_head", "_bn1", 1280, 352, 1)
    weights["_fc.weight"] = rng.normal(0, 0.03, (1000, 1280)).astype(np.float32)
    weights["_fc.bias"] = rng.normal(0, 1, 1000).astype(np.float32)
    return weights


def slowly(weights, pixels):
    """The network by its definition: pad as TensorFlow does, convolve, normalise, one picture at a time."""
    statistics = []

    def conv(x, name, norm, stride=1, active=True):
        weight = weights[f"{name}.weight"]
        kernel = weight.shape[2]
        side = -(-x.shape[1] // stride)
        total = max((side - 1) * stride + kernel - x.shape[1], 0)
        pad = (total // 2, total - total // 2)
        x = np.pad(x, ((0, 0), pad, pad))
        windows = np.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), (1, 2))[:, ::stride, ::stride]
        if weight.shape[1] == 1:
            x = np.einsum("chwij,cij->chw", windows, weight[:, 0])
        else:
            x = np.tensordot(weight, windows, ((1, 2, 3), (0, 3, 4)))
        parts = (
            weights[f"{norm}.{part}"][:, None, None] for part in ("weight", "bias", "running_mean", "running_var")
        )
        gamma, beta, mean, variance = parts
        x = (x - mean) / np.sqrt(variance + 1e-3) * gamma + beta
        return np.clip(x, 0, 6) if active else x

    x, number = conv(pixels, "_conv_stem", "_bn0", 2), 0
    for blocks, _, stride, _ in STAGES:
        for block in range(blocks):
            name, before = f"_blocks.{number}", x
            inner = conv(x, f"{name}._expand_conv", f"{name}._bn0") if number else x
            inner = conv(inner, f"{name}._depthwise_conv", f"{name}._bn1", stride if block == 0 else 1)
            x = conv(inner, f"{name}._project_conv", f"{name}._bn2", active=False)
            x = x + before if block else x
            number += 1
        statistics += [x.mean((1, 2)), (x * x).mean((1, 2))]
    pooled = conv(x, "_conv_head", "_bn1").mean((1, 2))
    return pooled, weights["_fc.weight"] @ pooled + weights["_fc.bias"], np.concatenate(statistics)


def test_the_graph_computes_what_the_definition_says():
    weights = random_weights(1)
    pixels = np.random.default_rng(2).normal(0, 1, (2, 3, 260, 260)).astype(np.float32)
    graph = session(efficientnet._Network(weights).build().SerializeToString())
    found = graph.run(["pooled", "logits", "stages"], {"pixels": pixels})
    for row in range(2):
        for output, expected in zip(found, slowly(weights, pixels[row]), strict=True):
            assert output[row].shape == expected.shape
            np.testing.assert_allclose(output[row], expected, rtol=2e-3, atol=2e-3 * np.abs(expected).max())


def test_weights_of_another_model_are_refused(tmp_path, monkeypatch):
    weights = random_weights(1)
    for change in ({"_blocks.3._project_conv.weight": None}, {"_fc.weight": np.zeros((10, 1280), np.float32)}):
        changed = {name: array for name, array in (weights | change).items() if array is not None}
        monkeypatch.setattr(efficientnet.torch_file, "read", lambda _, changed=changed: changed)
        with pytest.raises(ModelUnavailable, match="not the weights of EfficientNet-Lite2"):
            efficientnet.convert(tmp_path / "model.pth", tmp_path)


@pytest.fixture(scope="module")
def real():
    try:
        return models.path("efficientnet-lite2", Environment.read())
    except ModelUnavailable as error:
        pytest.skip(f"the weights cannot be had here: {error}")


def test_the_conversion_gives_the_same_bytes_every_time(real, tmp_path):
    card = models.CARDS["efficientnet-lite2"]
    efficientnet.convert(real.with_name(card.file), tmp_path)
    for name in card.made:
        assert (tmp_path / name).read_bytes() == real.with_name(name).read_bytes()


def test_logits_follow_from_pooled_features_by_the_matrix_beside_the_model(real):
    pixels = np.random.default_rng(0).normal(0, 1, (3, 3, 260, 260)).astype(np.float32)
    pooled, logits, stages = session(real).run(["pooled", "logits", "stages"], {"pixels": pixels})
    weight, bias = (np.load(real.with_name(name)) for name in (efficientnet.WEIGHT, efficientnet.BIAS))
    assert (pooled.shape, logits.shape, stages.shape) == ((3, 1280), (3, 1000), (3, 1712))
    assert (weight.shape, bias.shape) == ((1000, 1280), (1000,))
    np.testing.assert_allclose(pooled @ weight.T + bias, logits, atol=1e-4)
    one = session(real).run(["pooled"], {"pixels": pixels[1:2]})[0]
    np.testing.assert_allclose(one, pooled[1:2], atol=1e-4)


PHOTOS = Path(__file__).parents[3] / "shared" / "data" / "grocery.dev.zip"
# ImageNet classes of groceries that have one.
CLASSES = {"Banana": 954, "Lemon": 951, "Pineapple": 953, "Pomegranate": 957, "Cabbage": 936, "Granny Smith": 948}
CLASSES |= dict.fromkeys(("Red Bell Pepper", "Green Bell Pepper", "Yellow Bell Pepper"), 945)


@pytest.mark.skipif(not PHOTOS.exists(), reason="needs the grocery pictures beside the project")
def test_pictures_of_groceries_are_recognised(real):
    network = session(real)
    with zipfile.ZipFile(PHOTOS) as archive:
        rows = csv.DictReader(io.TextIOWrapper(archive.open(named(archive, "products.csv")), "utf-8"))
        pictures = {CLASSES[row["title"]]: row["image"] for row in rows if row["title"] in CLASSES}
        for expected, name in pictures.items():
            picture = media.decode_image(archive.read(named(archive, name))).resize((260, 260))
            values = (np.asarray(picture, np.float32) / 255 - efficientnet.MEAN) / efficientnet.STD
            logits = network.run(["logits"], {"pixels": values.transpose(2, 0, 1)[None].astype(np.float32)})[0]
            assert int(logits.argmax()) == expected
    assert len(pictures) >= 6


def named(archive, end):
    return next(name for name in archive.namelist() if name.endswith(end))
