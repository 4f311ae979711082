"""Lines of text in pictures and on frames, Chinese and English, with RapidOCR and the models in its wheel.

RapidOCR finds lines (PP-OCRv6 detection: a net that marks letters, differentiable binarisation), turns those that
stand on their head, and reads each (PP-OCRv6 recognition). Its steps are called one by one here, so that of a picture
full of small print the largest lines are read, and time is bounded; and its files are named: it fetches none.
"""

from __future__ import annotations

import os
import threading
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rapidocr
from PIL import Image
from PIL.Image import Resampling

from wares.errors import MediaError, ModelUnavailable
from wares.extraction.base import Extractor
from wares.extraction.frames import over_shots
from wares.extraction.lines import Line, told
from wares.media.footage import Footage
from wares.records import Modality, Passage

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.extraction.base import Content
    from wares.settings import Environment, ExtractionSettings

#: The longest side, in pixels, of the picture that lines are cut out of, and of the one in which they are found.
LONGEST, FOUND_AT = 1600, 960
#: A small picture is enlarged to this longest side, at most so many times.
ENLARGED, MOST_ENLARGED = 576, 4.0
#: A picture that is longer than so many times its width is padded.
_SLIMMEST = 6
MOST_LINES = 100
#: As RapidOCR has it: how sure it must be that a line stands on its head, and how slim one is that runs upwards.
_SURE, _UPRIGHT = 0.9, 1.5
_MOST_THREADS = 4


def extractor(environment: Environment, settings: ExtractionSettings) -> Labels:
    """The reader of labels. :class:`~wares.errors.ModelUnavailable` when the wheel of RapidOCR lacks its models."""
    return Labels(_engine())


class Labels(Extractor):
    """Pictures and videos → the lines written on what they show. Threads may share it; it reads one at a time."""

    name = "labels"
    fingerprint = f"labels:1:rapidocr-{version('rapidocr')}"
    modalities: frozenset[Modality] = frozenset(("image", "video"))

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._lock = threading.Lock()

    def extract(self, content: Content) -> tuple[Passage, ...]:
        """Passages of kind "label", of a video "screen" with the times of its shots, from top to bottom."""
        if isinstance(content, Footage):
            return over_shots(content, lambda frame: self._read(frame, "screen"))
        if isinstance(content, Image.Image):
            return self._read(content, "label")
        raise MediaError("is neither a picture nor a video; words are looked for in these")

    def _read(self, image: Image.Image, kind: Any) -> tuple[Passage, ...]:
        pixels, size = _prepared(image)
        try:
            with self._lock:
                lines = _lines(self._engine, pixels)
        except Exception as error:  # of OpenCV, Shapely and ONNX Runtime, whatever class it is
            reason = " ".join(str(error).split())[-200:] or type(error).__name__
            raise MediaError(f"words cannot be looked for in it ({reason})") from error
        return told(lines, size, kind)


def _prepared(image: Image.Image) -> tuple[npt.NDArray[np.uint8], tuple[int, int]]:
    """Blue, green and red of the picture at the size it is read in, padded with its own edge; the size without."""
    longest = max(image.size)
    factor = LONGEST / longest if longest > LONGEST else min(max(1.0, ENLARGED / longest), MOST_ENLARGED)
    width, height = (max(1, round(side * factor)) for side in image.size)
    pixels = np.asarray(
        image.convert("RGB").resize((width, height), Resampling.BICUBIC, reducing_gap=3.0), dtype=np.uint8
    )
    least = max(32, -(-max(width, height) // _SLIMMEST))
    padding = ((0, max(0, least - height)), (0, max(0, least - width)), (0, 0))
    return np.ascontiguousarray(np.pad(pixels, padding, mode="edge")[:, :, ::-1]), (width, height)


def _lines(engine: Any, pixels: npt.NDArray[np.uint8]) -> list[Line]:
    """What is read in a picture, in the order of the detector; the tallest lines where there are too many."""
    try:
        crops, found = engine.detect_and_crop(pixels, {})
    except rapidocr.main.RapidOCRError:  # there are no lines
        return []
    boxes = np.asarray(found.boxes, dtype=np.float32)
    chosen = sorted(np.argsort([-min(crop.shape[:2]) for crop in crops], kind="stable")[:MOST_LINES])
    upright, turned = engine.cls_and_rotate([crops[place] for place in chosen])
    texts = engine.recognize_txt(upright)
    return [
        Line(text, float(score), _as_read(boxes[place], label == "180" and sure > _SURE))
        for place, text, score, (label, sure) in zip(chosen, texts.txts, texts.scores, turned.cls_res, strict=True)
    ]


def _as_read(corners: npt.NDArray[np.float32], turned: bool) -> npt.NDArray[np.float32]:
    """The corners of a line from the upper left one of its text: a line that runs upwards is read with its right side
    up (so RapidOCR turns it), and any line the other way round when it stood on its head."""
    width, height = np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[3] - corners[0])
    quarter = 1 if height >= _UPRIGHT * width else 0
    return np.roll(corners, -(quarter + 2 * turned), axis=0)


def _engine() -> Any:
    folder = Path(rapidocr.__file__).parent / "models"
    models = {}
    for part in ("det", "cls", "rec"):
        files = sorted(folder.glob(f"*_{part}_*.onnx")) or sorted(folder.glob(f"*_{part}*.onnx"))
        if not files:
            raise ModelUnavailable(
                f"{folder} holds no model for {part!r}; install rapidocr anew: pip install rapidocr"
            )
        models[f"{part.title()}.model_path"] = str(files[0])
    return rapidocr.RapidOCR(
        params=models
        | {
            "Global.log_level": "critical",
            "Global.use_preprocess_img": False,
            "Global.use_vertical_padding": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": FOUND_AT,
            "EngineConfig.onnxruntime.intra_op_num_threads": _threads(),
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _threads() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _MOST_THREADS)
