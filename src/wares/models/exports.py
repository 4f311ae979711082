"""Two-tower models exported to ONNX in the usual layout: words, and pictures or sounds, in one space.

The layout is that of the ``onnx`` exports on the Hugging Face hub: ``config.json``, ``preprocessor_config.json`` and
``tokenizer.json`` in the folder, the graphs under ``onnx/``.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from wares.errors import ModelUnavailable, SetupError
from wares.models import hub
from wares.models.sources import Tell
from wares.records import Modality
from wares.settings import Environment

_PARTS = ("config.json", "preprocessor_config.json", "tokenizer.json")


class Graphs(NamedTuple):
    """The graph of each tower, relative to the folder; the same one twice when both are in one file. ``reads`` is
    what the other one reads."""

    text: str
    other: str
    reads: Modality = "image"


# The best first: full precision before quantised, and separate towers before a joint graph, which must be given
# words and pictures together.
_LAYOUTS = tuple(
    layout
    for precision in ("", "_fp16", "_quantized", "_int8", "_uint8")
    for layout in (
        Graphs(f"onnx/text_model{precision}.onnx", f"onnx/vision_model{precision}.onnx"),
        Graphs(f"onnx/text_model{precision}.onnx", f"onnx/audio_model{precision}.onnx", "audio"),
        Graphs(f"onnx/model{precision}.onnx", f"onnx/model{precision}.onnx"),
    )
)


def obtain(location: str, environment: Environment, tell: Tell) -> Path:
    """The folder of the model at ``file:PATH`` or ``hf:OWNER/NAME``, with everything that is needed in it.

    From the hub, one set of graphs is fetched, not every precision. Raises :class:`ModelUnavailable` that names what
    is missing, :class:`SetupError` for a location of another form.
    """
    scheme, _, rest = location.partition(":")
    if scheme == "file" and rest:
        path = Path(rest).expanduser()
        if not path.is_dir():
            raise ModelUnavailable(f"{location}: there is no such folder")
        graphs(path)
        return path
    if scheme == "hf" and rest.count("/") == 1 and all(rest.split("/")):
        path = _from_hub(rest, environment, tell)
        graphs(path)
        return path
    raise SetupError(f"{location!r} names no model; write file:FOLDER or hf:OWNER/NAME")


def graphs(folder: Path) -> Graphs:
    """The graphs to use of those in a folder. Raises :class:`ModelUnavailable` that names what is missing."""
    present = {path.relative_to(folder).as_posix() for path in (*folder.glob("*.json"), *folder.glob("onnx/*"))}
    return _checked(str(folder), present)


def _from_hub(repository: str, environment: Environment, tell: Tell) -> Path:
    if environment.offline:  # whichever graphs were fetched before lie in the same folder
        return hub.folder(repository, _PARTS, offline=True)
    sizes = hub.listing(repository)
    chosen = dict.fromkeys(_checked(f"hf:{repository}", sizes)[:2])
    # Graphs of more than 2 GB keep their weights in files beside them.
    patterns = (*_PARTS, *(f"{name}{ending}" for name in chosen for ending in ("", "_data*", ".data*")))
    size = sum(size for name, size in sizes.items() if any(PurePosixPath(name).match(item) for item in patterns))
    tell(f"hf:{repository}: fetching {size / 1e6:,.0f} MB, unless they are there already; mind its licence")
    return hub.folder(repository, patterns, offline=False)


def _checked(name: str, present: Collection[str]) -> Graphs:
    chosen = next((layout for layout in _LAYOUTS if {layout.text, layout.other} <= set(present)), None)
    missing = [part for part in _PARTS if part not in present]
    if chosen is None:
        missing.append("onnx/model.onnx (or onnx/text_model.onnx and onnx/vision_model.onnx or audio_model.onnx)")
    if chosen is None or missing:
        raise ModelUnavailable(f"{name} is no two-tower model: it lacks {', '.join(missing)}")
    return chosen
