"""From a base and examples to a folder with an adapted model: the whole way, in order."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import msgspec
import numpy as np
import torch

from wares.errors import SetupError, StoreError
from wares.fit.lora import exporting, quantising
from wares.fit.lora.bases import open_base
from wares.fit.lora.batches import Inputs
from wares.fit.lora.layers import Adapter
from wares.fit.lora.quality import Questions, difference
from wares.fit.lora.records import Example, LoraReport, LoraSettings
from wares.fit.lora.served import Served, serve
from wares.fit.lora.training import Trainer, device_and_precision, learn, measuring
from wares.reports import OnProgress, Progress
from wares.settings import Environment

#: int8 is chosen if it loses at most this much of R@10.
_BEARABLE = 0.01
#: 1 − cosine between torch and ONNX; more than this is no rounding.
_ROUNDING = 1e-3


def adapt(
    location: str,
    train: Sequence[Example],
    held_out: Sequence[Example],
    folder: Path,
    *,
    settings: LoraSettings,
    environment: Environment,
    on_progress: OnProgress | None,
) -> LoraReport:
    """What :func:`wares.fit.lora.adapt` promises."""
    begun = time.monotonic()
    tell = on_progress or _silent
    _check(train, held_out)
    device, bf16 = device_and_precision(settings)
    questions = Questions.of(held_out)
    with _appearing(folder) as part:
        base = open_base(location, environment, lambda note: tell(Progress("fetching", 0, None, note)))
        for name, content in base.files.items():
            (part / name).write_bytes(content)
        inputs = Inputs(base, part, device)
        parameters = sum(parameter.numel() for parameter in base.model.parameters())
        with torch.random.fork_rng():  # whoever calls this keeps their own chance
            torch.manual_seed(settings.seed)
            adapter = Adapter(base.model, settings, location)
            base.model.to(device)
            trainer = Trainer(base, adapter, settings, device, bf16)
            learned = learn(trainer, inputs, train, measuring(inputs, questions, held_out), tell)
        trained = sum(parameter.numel() for parameter in adapter.learned)
        adapter.merge()
        words, pictures = inputs.text_vectors(questions.captions), inputs.picture_vectors(held_out)
        in_torch = Served(words, pictures, questions.quality(words, pictures))
        tell(Progress("exporting", 0))
        exporting.export(base, part, length=inputs.tokens.length, pixels=inputs.pixels([held_out[0]] * 2))
        exported = serve(part, questions, held_out, environment)
        if not (apart := _apart(in_torch, exported)) <= _ROUNDING:  # no number is no rounding either
            raise SetupError(
                f"{location}: its ONNX export differs from it (1 - cosine {apart:.2g}); nothing was written"
            )
        tell(Progress("quantising", 0))
        way, int8 = _quantise(part, exported, questions, held_out, environment)
        report = LoraReport(
            model=location,
            device=torch.cuda.get_device_name() if device.type == "cuda" else "cpu",
            precision="bf16" if bf16 else "fp32",
            seconds=round(time.monotonic() - begun, 1),
            steps=learned.steps,
            best_step=learned.best_step,
            trained_parameters=trained,
            parameters=parameters,
            examples=len(train),
            held_out=len(held_out),
            questions=len(questions.captions),
            base=learned.base,
            adapted=in_torch.quality,
            onnx=exported.quality,
            int8=int8.quality,
            difference=apart,
            int8_difference=_apart(in_torch, int8),
            int8_way=way,
            fp32_mb=quantising.size(part, "*_model.onnx*") / 1e6,
            int8_mb=quantising.size(part, "*_quantized.onnx*") / 1e6,
            chosen="int8" if exported.quality.r10 - int8.quality.r10 <= _BEARABLE else "fp32",
            settings=settings,
            history=learned.history,
        )
        (part / "lora.json").write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2))
    return report


def _check(train: Sequence[Example], held_out: Sequence[Example]) -> None:
    """Raises :class:`SetupError` for examples from which nothing can be learned, or told."""
    for name, examples in (("train", train), ("held-out", held_out)):
        if len({example.group for example in examples}) < 2:
            raise SetupError(f"{len(examples)} {name} examples; at least two of different groups are needed")
        if any(not caption.strip() for example in examples for caption in example.captions or ("",)):
            raise SetupError(f"a {name} example has no caption, or an empty one")
    if both := {example.group for example in train} & {example.group for example in held_out}:
        raise SetupError(f"group {min(both)!r} is among the train and the held-out examples")


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """A folder beside the one that is wanted, which takes its name when everything went well and else disappears."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise SetupError(f"{folder} is there already and is no empty folder")
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(mkdtemp(prefix=f".{folder.name}.part-", dir=folder.parent))
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror}") from error
    try:
        yield part
        try:
            part.chmod(0o755)  # mkdtemp lets nobody else in
            part.rename(folder)
        except OSError as error:
            raise StoreError(f"{folder} cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _quantise(
    part: Path, exported: Served, questions: Questions, held_out: Sequence[Example], environment: Environment
) -> tuple[str, Served]:
    """Put the int8 graphs that lose least beside the others: how they were made, and how they do."""
    place = part / "int8"
    tried = [quantising.quantise(part, place / str(number), way) for number, way in enumerate(quantising.WAYS)]
    served = [serve(one.folder, questions, held_out, environment) for one in tried]
    # Vectors tell more finely than ranks what was lost.
    best = min(range(len(tried)), key=lambda number: _loss(exported, served[number]))
    quantising.move(tried[best], part)
    shutil.rmtree(place)
    return tried[best].way, served[best]


def _loss(one: Served, other: Served) -> float:
    """The mean 1 − cosine between two encodings of the same content."""
    kept = [(a * b).sum(axis=1).mean() for a, b in ((one.words, other.words), (one.pictures, other.pictures))]
    return float(2 - sum(kept))


def _apart(one: Served, other: Served) -> float:
    return float(np.maximum(difference(one.words, other.words), difference(one.pictures, other.pictures)))


def _silent(_: Progress) -> None: ...
