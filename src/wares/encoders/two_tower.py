"""Any two-tower model exported to ONNX in the usual layout: CLIP, SigLIP 2, Chinese-CLIP, MobileCLIP, jina-clip and
their like, whose words and pictures go into one space; and CLAP, whose words and sounds do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from wares import models
from wares.encoders.base import Encoder, Tower
from wares.encoders.inputs import Preparation, Tokeniser
from wares.encoders.log_mel import LogMel
from wares.encoders.sessions import Session, Value, cores
from wares.errors import SetupError
from wares.media.sounds import RATE, Sound
from wares.models import exports
from wares.records import Modality
from wares.settings import Environment

if TYPE_CHECKING:
    from PIL.Image import Image

    from wares.encoders import Progress
    from wares.encoders.base import Content, Vectors

# Where there is a projection into the common space, as CLIP has, this is not in it; SigLIP has none.
_BEFORE_PROJECTION = "pooler_output"

#: What the vector is called, the surest name first.
_OUTPUTS: dict[Modality, tuple[str, ...]] = {
    "text": ("text_embeds", "text_embeddings", "text_features", "sentence_embedding", _BEFORE_PROJECTION),
    "image": ("image_embeds", "image_embeddings", "image_features", "sentence_embedding", _BEFORE_PROJECTION),
    "audio": ("audio_embeds", "audio_embeddings", "audio_features", "sentence_embedding", _BEFORE_PROJECTION),
}
_INPUTS: dict[Modality, tuple[str, ...]] = {
    "text": ("input_ids", "attention_mask", "token_type_ids"),
    "image": ("pixel_values",),
    "audio": ("input_features", "is_longer"),
}
_TYPES: dict[str, type[np.generic]] = {
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(bool)": np.bool_,
}


def encoders(
    location: str, environment: Environment, progress: Progress | None = None, *, threads: int | None = None
) -> tuple[Encoder, ...]:
    """The text encoder and that of pictures or sounds of the export at ``file:FOLDER`` or ``hf:OWNER/NAME``, in one
    space that is called after it. Raises :class:`SetupError` when its parts do not fit together."""
    folder = models.two_tower(location, environment, progress)
    graphs = exports.graphs(folder)
    threads = threads or cores()
    text = TextTower(folder, graphs, threads)
    other = AudioTower(folder, graphs, threads) if graphs.reads == "audio" else ImageTower(folder, graphs, threads)
    called = {"audio": "sounds", "image": "pictures"}[other.modality]
    if text.dims != other.dims:
        sizes = f"words have {text.dims} dimensions, {called} {other.dims}"
        raise SetupError(f"{location}: {sizes}: two different spaces")
    if (text.output == _BEFORE_PROJECTION) != (other.output == _BEFORE_PROJECTION):
        raise SetupError(f"{location}: words give {text.output}, {called} {other.output}: one is not projected")
    name = location.partition(":")[2].rstrip("/").rpartition("/")[2]
    space = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "clip"
    return (Encoder(text, space), Encoder(other, space))


class _Graph:
    """One tower's graph: which of its inputs and outputs are ours, and of which types and shapes they are."""

    def __init__(self, folder: Path, graphs: exports.Graphs, modality: Modality, threads: int) -> None:
        self.path = folder / (graphs.text if modality == "text" else graphs.other)
        joint = graphs.text == graphs.other
        session = Session(self.path, threads=threads)
        self.output = self._first(session.outputs, _OUTPUTS[modality])
        if joint:
            inputs = [name for name in _INPUTS[modality] if name in session.inputs]
            session = Session(self.path, threads=threads, part=(inputs, [self.output]))
        self._session = session
        self.inputs = session.inputs
        self.digest = _digest(_with_data(self.path))
        # Dynamic quantisation scales by all that runs at once: rows would depend on their neighbours.
        self.batch_size = 1 if any(word in self.path.stem for word in ("quantized", "int8")) else 16
        foreign = set(self.inputs) - set(_INPUTS[modality])
        if foreign or not self.inputs:
            raise SetupError(f"{self.path}: inputs {sorted(self.inputs)} instead of {list(_INPUTS[modality])}")

    def run(self, **inputs: np.ndarray[Any, Any]) -> Vectors:
        """Rows for the inputs that the graph has; others are left out."""
        given = {name: inputs[name].astype(_TYPES.get(value.type, np.float32)) for name, value in self.inputs.items()}
        (rows,) = self._session.run([self.output], given)
        return rows.astype(np.float32, copy=False)

    def dims(self, **sample: np.ndarray[Any, Any]) -> int:
        """What the graph says, or else what comes out for a sample."""
        shape = self._session.outputs[self.output].shape
        return shape[-1] or self.run(**sample).shape[-1]

    def _first(self, outputs: dict[str, Value], names: Sequence[str]) -> str:
        for name in names:
            if name in outputs and len(outputs[name].shape) == 2:
                return name
        raise SetupError(f"{self.path}: outputs {sorted(outputs)}, none of them a vector called {', '.join(names)}")


class TextTower(Tower):
    """Texts through the text graph of an export. Thread-safe."""

    modality: Modality = "text"

    def __init__(self, folder: Path, graphs: exports.Graphs, threads: int) -> None:
        self._graph = _Graph(folder, graphs, self.modality, threads)
        inputs = self._graph.inputs
        if "input_ids" not in inputs:
            raise SetupError(f"{self._graph.path}: no input called input_ids")
        self._tokens = Tokeniser(folder, masked="attention_mask" in inputs, length=inputs["input_ids"].shape[-1])
        self.name = "two-tower-text"
        self.batch_size = self._graph.batch_size
        self.fingerprint = f"{self.name}:{self._graph.digest}:{_digest(_settings(folder, 'tokenizer*.json'))}:1"
        self.output = self._graph.output
        self.dims = self._graph.dims(**self._prepared([""]))

    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        return self._graph.run(**self._prepared(cast("Sequence[str]", batch)))

    def _prepared(self, texts: Sequence[str]) -> dict[str, np.ndarray[Any, Any]]:
        numbers, mask = self._tokens(texts)
        return {"input_ids": numbers, "attention_mask": mask, "token_type_ids": np.zeros_like(numbers)}


class ImageTower(Tower):
    """Pictures through the vision graph of an export. Thread-safe."""

    modality: Modality = "image"

    def __init__(self, folder: Path, graphs: exports.Graphs, threads: int) -> None:
        self._graph = _Graph(folder, graphs, self.modality, threads)
        self._prepare = Preparation.read(folder / "preprocessor_config.json")
        self.name = "two-tower-image"
        self.batch_size = self._graph.batch_size
        self.fingerprint = (
            f"{self.name}:{self._graph.digest}:{_digest(_settings(folder, 'preprocessor_config.json'))}:1"
        )
        self.output = self._graph.output
        self.dims = self._graph.dims(pixel_values=self._blank())

    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        pixels = np.stack([self._prepare(picture) for picture in cast("Sequence[Image]", batch)])
        return self._graph.run(pixel_values=pixels)

    def _blank(self) -> Vectors:
        from PIL import Image

        return self._prepare(Image.new("RGB", (8, 8)))[None]


class AudioTower(Tower):
    """Sounds through the audio graph of an export. Thread-safe."""

    modality: Modality = "audio"

    def __init__(self, folder: Path, graphs: exports.Graphs, threads: int) -> None:
        self._graph = _Graph(folder, graphs, self.modality, threads)
        self._prepare = LogMel.read(folder / "preprocessor_config.json")
        self.name = "two-tower-audio"
        self.batch_size = min(self._graph.batch_size, 4)  # ten seconds are a quarter of a megabyte each
        self.fingerprint = (
            f"{self.name}:{self._graph.digest}:{_digest(_settings(folder, 'preprocessor_config.json'))}:1"
        )
        self.output = self._graph.output
        self.dims = self._graph.dims(**self._prepared([Sound(np.zeros(RATE, np.float32))]))

    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        return self._graph.run(**self._prepared(cast("Sequence[Sound]", batch)))

    def _prepared(self, sounds: Sequence[Sound]) -> dict[str, np.ndarray[Any, Any]]:
        spectra = np.stack([self._prepare(sound) for sound in sounds])
        return {"input_features": spectra, "is_longer": np.zeros((len(sounds), 1), np.bool_)}


def _with_data(graph: Path) -> list[Path]:
    """A graph and the files beside it that hold its weights, if it has any."""
    return [graph, *sorted(path for path in graph.parent.glob(f"{graph.name}*") if path != graph)]


def _settings(folder: Path, pattern: str) -> list[Path]:
    return sorted({*folder.glob(pattern), folder / "config.json"})


def _digest(paths: Sequence[Path]) -> str:
    """The beginning of the SHA-256 of the files' own SHA-256, in their order."""
    try:
        parts = []
        for path in paths:
            with path.open("rb") as file:
                parts.append(hashlib.file_digest(file, "sha256").digest())
    except OSError as error:
        raise SetupError(f"{error.filename} cannot be read: {error.strerror}") from error
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]
