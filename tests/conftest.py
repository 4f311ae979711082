"""What tests of several rooms use."""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

import wares
from wares.records import Media, Price, Product, Variant

COLOURS = {"red": (1, -1, -1), "green": (-1, 1, -1), "blue": (-1, -1, 1)}

Export = Callable[..., Path]


@pytest.fixture(scope="session")
def export(tmp_path_factory: pytest.TempPathFactory) -> Export:
    """Writes a two-tower export that knows three colours, in words and in pictures, in the layout of the real ones.

    ``layout`` is "split" or "joint", or "sounds": low ones are red, high ones blue; ``words`` and ``pictures`` name
    the outputs; ``dims`` is that of the pictures' space (3 is that of the words); ``mask`` says whether the text
    graph takes one; ``kind`` is the integer type.
    """

    def write(
        layout: str = "split",
        *,
        dims: int = 3,
        mask: bool = True,
        kind: int = TensorProto.INT64,
        words: str = "text_embeds",
        pictures: str = "image_embeds",
        suffix: str = "",
        length: int | str = "sequence",
    ) -> Path:
        folder = tmp_path_factory.mktemp("exports") / ("tiny-clap" if layout == "sounds" else "tiny-clip")
        (folder / "onnx").mkdir(parents=True)
        text = text_graph(words, mask=mask, kind=kind, length=length)
        image = image_graph(pictures, dims)
        if layout == "split":
            save([text], folder / f"onnx/text_model{suffix}.onnx")
            save([image], folder / f"onnx/vision_model{suffix}.onnx")
        elif layout == "sounds":
            save([text], folder / f"onnx/text_model{suffix}.onnx")
            save([audio_graph()], folder / f"onnx/audio_model{suffix}.onnx")
        else:
            save([text, image], folder / f"onnx/model{suffix}.onnx")
        write_settings(folder, HEARD if layout == "sounds" else SEEN)
        return folder

    return write


def text_graph(output: str, *, mask: bool, kind: int, length: int | str) -> onnx.GraphProto:
    """The mean of the colours of all words that the mask leaves."""
    table = np.array([(0, 0, 0), (0, 0, 0), *COLOURS.values()], np.float32)
    inputs = [helper.make_tensor_value_info("input_ids", kind, ["texts", length])]
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["words"])]
    if mask:
        inputs.append(helper.make_tensor_value_info("attention_mask", kind, ["texts", length]))
        nodes += [
            helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
            helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
            helper.make_node("Mul", ["words", "column"], ["kept"]),
            helper.make_node("ReduceMean", ["kept", "middle"], [output], keepdims=0),
        ]
    else:
        nodes.append(helper.make_node("ReduceMean", ["words", "middle"], [output], keepdims=0))
    constants = [
        numpy_helper.from_array(table, "table"),
        numpy_helper.from_array(np.array([-1]), "last"),
        numpy_helper.from_array(np.array([1]), "middle"),
    ]
    outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["texts", 3])]
    return helper.make_graph(nodes, "text", inputs, outputs, constants)


def image_graph(output: str, dims: int) -> onnx.GraphProto:
    """The mean colour, in ``dims`` dimensions."""
    nodes = [
        helper.make_node("ReduceMean", ["pixel_values", "area"], ["colour"], keepdims=0),
        helper.make_node("MatMul", ["colour", "projection"], [output]),
    ]
    constants = [
        numpy_helper.from_array(np.array([2, 3]), "area"),
        numpy_helper.from_array(np.eye(3, dims, dtype=np.float32), "projection"),
    ]
    inputs = [helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ["pictures", 3, 8, 8])]
    outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["pictures", dims])]
    return helper.make_graph(nodes, "image", inputs, outputs, constants)


def audio_graph() -> onnx.GraphProto:
    """How loud low, middle and high bands are, beside their mean."""
    thirds = np.repeat(np.eye(3, dtype=np.float32), [21, 22, 21], axis=0)
    nodes = [
        helper.make_node("ReduceMean", ["input_features", "time"], ["bands"], keepdims=0),
        helper.make_node("MatMul", ["bands", "thirds"], ["audio_embeds"]),
    ]
    constants = [
        numpy_helper.from_array(np.array([1, 2]), "time"),
        numpy_helper.from_array(thirds - thirds.mean(axis=1, keepdims=True), "thirds"),
    ]
    inputs = [helper.make_tensor_value_info("input_features", TensorProto.FLOAT, ["sounds", 1, "frames", 64])]
    outputs = [helper.make_tensor_value_info("audio_embeds", TensorProto.FLOAT, ["sounds", 3])]
    return helper.make_graph(nodes, "audio", inputs, outputs, constants)


SEEN = {
    **{"do_resize": True, "size": {"shortest_edge": 8}, "resample": 3, "do_center_crop": True},
    **{"crop_size": {"height": 8, "width": 8}, "do_rescale": True, "rescale_factor": 1 / 255},
    **{"do_normalize": True, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]},
}
HEARD = {
    **{"feature_extractor_type": "ClapFeatureExtractor", "feature_size": 64, "sampling_rate": 48_000},
    **{"hop_length": 480, "fft_window_size": 1024, "nb_max_samples": 480_000, "max_length_s": 10, "top_db": None},
    **{"frequency_min": 50, "frequency_max": 14_000, "padding": "repeatpad", "truncation": "rand_trunc"},
}


def save(graphs: list[onnx.GraphProto], path: Path) -> None:
    """One file of one graph, or of several side by side, joined by the table of their scores as CLIP's is."""
    joined = helper.make_graph([], "model", [], [])
    for graph in graphs:
        for part in ("node", "input", "output", "initializer"):
            getattr(joined, part).extend(getattr(graph, part))
    if len(graphs) == 2:
        words, pictures = (graph.output[0].name for graph in graphs)
        joined.node.append(helper.make_node("Transpose", [words], ["turned"], perm=[1, 0]))
        joined.node.append(helper.make_node("MatMul", [pictures, "turned"], ["logits_per_image"]))
        joined.output.insert(
            0, helper.make_tensor_value_info("logits_per_image", TensorProto.FLOAT, ["pictures", "texts"])
        )
    onnx.save(helper.make_model(joined, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)


def write_settings(folder: Path, prepared: dict[str, object]) -> None:
    tokenizers = pytest.importorskip("tokenizers", reason='the extra "hub" is not installed')
    vocabulary = {"[PAD]": 0, "[UNK]": 1, **{word: number for number, word in enumerate(COLOURS, 2)}}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    files = {
        "tokenizer_config.json": {"pad_token": {"content": "[PAD]"}, "model_max_length": 6, "do_lower_case": True},
        "config.json": {"model_type": "clip", "text_config": {"max_position_embeddings": 6}},
        "preprocessor_config.json": prepared,
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")


# -- a shop behind a real server ---------------------------------------------------------------------------------

TINTS = {"red": (200, 30, 30), "blue": (30, 60, 200), "green": (20, 140, 60), "white": (245, 245, 240)}
KINDS = {"shirt": "Clothing/Shirts", "mug": "Kitchen/Mugs", "lamp": "Home/Lamps"}

Served = Callable[..., Any]


def goods(folder: Path) -> list[Product]:
    """Shirts, mugs and lamps in four colours of two brands; the shirts come in two sizes."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for row, (kind, category) in enumerate(KINDS.items()):
        for column, (colour, rgb) in enumerate(TINTS.items()):
            id = f"{kind}-{colour}"
            picture = folder / f"{id}.png"
            Image.new("RGB", (120, 160), rgb).save(picture)
            sizes = ("S", "M") if kind == "shirt" else ()
            made.append(
                Product(
                    id=id,
                    title=f"{colour.title()} {kind}",
                    description=f"A {colour} {kind} for every day.",
                    brand="Acme" if column % 2 else "Bolt",
                    category=tuple(category.split("/")),
                    attributes={"colour": colour},
                    price=Price(1000 * (row + 1) + 100 * column, "EUR"),
                    rating=4.0 + column / 4,
                    rating_count=10 * (row + 1),
                    availability="in_stock",
                    variants=tuple(Variant(id=f"{id}-{size}", options={"size": size}) for size in sizes),
                    media=(Media(str(picture)),),
                )
            )
    return made


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> list[Product]:
    return goods(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, catalogue: list[Product]) -> Path:
    """A shop of twelve products, closed, that nobody changes."""
    place = tmp_path_factory.mktemp("template") / "shop"
    with wares.open(place, model="basic") as shop:
        shop.add(catalogue)
    return place


@pytest.fixture
def folder(tmp_path: Path, template: Path) -> Path:
    """A shop of twelve products, closed."""
    # The index's files are large and nearly empty: copied as they are on the disk.
    subprocess.run(["cp", "-r", "--sparse=always", template, tmp_path / "shop"], check=True)
    return tmp_path / "shop"


@pytest.fixture(scope="session")
def serving() -> Iterator[Callable[[Path], AbstractContextManager[Served]]]:
    """Serves shops in folders, for fixtures that keep one longer than a test."""
    yield _serving
    _wait_for(0)


@pytest.fixture
def served(folder: Path, serving: Callable[[Path], AbstractContextManager[Served]]) -> Iterator[Served]:
    """Serves the shop with the settings given; what it returns is a client of it."""
    with serving(folder) as serve:
        yield serve


#: Servers that were told to stop. The next test need not wait for them.
_leaving: list[threading.Thread] = []


def _wait_for(most: int) -> None:
    """Until at most so many servers are stopping."""
    while len(_leaving) > most:
        thread = _leaving.pop(0)
        thread.join(20)
        assert not thread.is_alive(), "the server did not stop"


@contextmanager
def _serving(folder: Path) -> Iterator[Served]:
    import uvicorn

    from wares.server import running
    from wares.server.app import create_app
    from wares.server.config import ServerConfig

    stops: list[Callable[[], None]] = []

    def serve(**settings: Any) -> httpx.Client:
        config = ServerConfig(**{"port": 0, **settings})
        server = uvicorn.Server(running.settings(create_app(folder, config), config, timeout_graceful_shutdown=5))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started:
            assert thread.is_alive() and time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False)

        def stop() -> None:
            client.close()
            server.should_exit = True
            _leaving.append(thread)

        stops.append(stop)
        return client

    try:
        yield serve
    finally:
        for stop in reversed(stops):
            stop()
        _wait_for(4)
