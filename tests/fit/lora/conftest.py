"""Tiny models with random weights, and a catalogue of coloured shapes that they can learn."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image, ImageDraw

from wares.fit.lora import Example, LoraReport, LoraSettings, adapt
from wares.settings import Environment

COLOURS = {
    **{"red": (200, 30, 30), "green": (30, 170, 50), "blue": (40, 60, 210)},
    **{"yellow": (230, 210, 40), "purple": (140, 50, 160), "black": (20, 20, 20)},
}
SHAPES = ("circle", "square", "stripe", "cross")
WORDS = ("[PAD]", "[UNK]", "[BEGIN]", "[END]", "a", "the", *COLOURS, *SHAPES)
LENGTH = 8


def drawn(colour: str, shape: str, seed: int) -> Image.Image:
    """A shape on a light ground: place, size and shade differ by seed."""
    chance = np.random.default_rng(seed)
    picture = Image.new("RGB", (40, 40), tuple(int(value) for value in chance.integers(215, 255, 3)))
    draw = ImageDraw.Draw(picture)
    fill = tuple(int(np.clip(value + chance.integers(-15, 16), 0, 255)) for value in COLOURS[colour])
    size = int(chance.integers(18, 27))
    left, top = (int(value) for value in chance.integers(4, 37 - size, 2))
    right, bottom, third = left + size, top + size, size // 3
    match shape:
        case "circle":
            draw.ellipse((left, top, right, bottom), fill)
        case "square":
            draw.rectangle((left, top, right, bottom), fill)
        case "stripe":
            draw.rectangle((0, top + third, 39, bottom - third), fill)
        case "cross":
            draw.rectangle((left + third, top, right - third, bottom), fill)
            draw.rectangle((left, top + third, right, bottom - third), fill)
    return picture


def goods(first: int, products: int) -> list[Example]:
    """``products`` examples of each colour and shape; each is a product of its own."""
    return [
        Example(partial(drawn, colour, shape, seed), (f"a {colour} {shape}", f"the {colour} {shape}"), f"p{seed}")
        for number, (colour, shape) in enumerate((colour, shape) for colour in COLOURS for shape in SHAPES)
        for seed in range(first + number * products, first + (number + 1) * products)
    ]


@pytest.fixture(scope="session")
def train() -> list[Example]:
    return goods(0, 10)


@pytest.fixture(scope="session")
def held_out() -> list[Example]:
    return goods(10_000, 2)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(cache=tmp_path / "cache", offline=True)


#: For a model of two layers with random weights; a real one knows much already and is treated with more care.
QUICK = LoraSettings(
    **{"rank": 8, "learning_rate": 5e-3, "projection_rate": 5e-3, "batch_size": 48, "warmup_steps": 10},
    **{"max_steps": 300, "evaluate_every": 50, "patience": 3, "dropout": 0.0, "device": "cpu"},
)

#: The shortest run that goes all the way.
SHORT = LoraSettings(
    max_steps=2,
    evaluate_every=2,
    warmup_steps=0,
    batch_size=8,
    learning_rate=1e-2,
    projection_rate=1e-2,
    device="cpu",
)

Builder = Callable[..., Path]


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """Writes a two-tower model for transformers with random weights: "clip", "siglip" or "chinese_clip"."""
    torch = pytest.importorskip("torch", reason='the extra "torch" is not installed')
    transformers = pytest.importorskip("transformers", reason='the extra "torch" is not installed')
    pytest.importorskip("peft", reason='the extra "torch" is not installed')
    torch.set_num_threads(1)  # threads that wait for each other cost more than such small products

    def write(kind: str = "clip") -> Path:
        folder = tmp_path_factory.mktemp("bases") / f"tiny-{kind}"
        text = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
        vision = {**text, "image_size": 32, "patch_size": 8}
        text |= {"vocab_size": len(WORDS), "max_position_embeddings": LENGTH, "pad_token_id": 0}
        text |= {"bos_token_id": 2, "eos_token_id": 3}
        kinds = {
            "clip": (transformers.CLIPConfig, transformers.CLIPModel, {"projection_dim": 24}),
            "siglip": (transformers.SiglipConfig, transformers.SiglipModel, {}),
            "chinese_clip": (transformers.ChineseCLIPConfig, transformers.ChineseCLIPModel, {"projection_dim": 24}),
        }
        config, model, more = kinds[kind]
        with torch.random.fork_rng():
            torch.manual_seed(1)
            built = model(config(text_config=text, vision_config=vision, **more))
        built.save_pretrained(folder)
        write_inputs(folder)
        return folder

    return write


def write_inputs(folder: Path) -> None:
    """The files of the tokeniser, one word a token, and of the preparation of pictures."""
    tokenizers = pytest.importorskip("tokenizers")
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="[BEGIN] $A [END]", special_tokens=[("[BEGIN]", 2), ("[END]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    files = {
        "tokenizer_config.json": {"pad_token": "[PAD]", "model_max_length": LENGTH, "do_lower_case": True},
        "preprocessor_config.json": {
            **{"do_resize": True, "size": {"shortest_edge": 32}, "resample": 3, "do_center_crop": True},
            **{"crop_size": {"height": 32, "width": 32}, "image_mean": [0.5] * 3, "image_std": [0.5] * 3},
        },
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")


class Adapted(NamedTuple):
    base: Path
    folder: Path
    report: LoraReport


@pytest.fixture(scope="session")
def adapted(build: Builder, train, held_out, tmp_path_factory: pytest.TempPathFactory) -> Adapted:
    """A tiny CLIP that learned the catalogue; several tests look at it."""
    base, folder = build(), tmp_path_factory.mktemp("adapted") / "my-clip"
    environment = Environment(cache=folder.parent / "cache", offline=True)
    report = adapt(f"file:{base}", train, held_out, folder, settings=QUICK, environment=environment)
    return Adapted(base, folder, report)
