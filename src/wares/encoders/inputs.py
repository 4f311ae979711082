"""What a two-tower export expects of texts and pictures, read from the files that lie beside its graphs.

The keys are those of the ``tokenizer_config.json`` and ``preprocessor_config.json`` that the transformers library
writes, and of the variant that jina-clip has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from PIL import Image

from wares.errors import MissingExtra, SetupError

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.encoders.base import Vectors

#: CLIP's, for an export that says nothing; a text never needs more characters than this many per token.
_TOKENS = 77
_CHARS_PER_TOKEN = 50

_MEAN = (0.48145466, 0.4578275, 0.40821073)
_STD = (0.26862954, 0.26130258, 0.27577711)

_SURROGATES = re.compile("[\ud800-\udfff]")


class Tokeniser:
    """Texts → token numbers and mask, both int64 of shape (texts, length).

    Texts are filled up to the longest of the batch, or all to ``length`` if the graph has a fixed one; or to the
    greatest length for a graph that takes no mask and for SigLIP, which was trained on texts filled up.
    """

    def __init__(self, folder: Path, *, masked: bool, length: int | None = None) -> None:
        try:
            from tokenizers import Tokenizer
        except ModuleNotFoundError as error:
            raise MissingExtra("a two-tower model", "hub") from error
        path = folder / "tokenizer.json"
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library knows no narrower class
            raise SetupError(f"{path} cannot be read as a tokeniser: {error}") from error
        settings = read_json(folder / "tokenizer_config.json") if (folder / "tokenizer_config.json").exists() else {}
        self._lower = settings.get("do_lower_case") is True
        config = read_json(folder / "config.json")
        self.length = length or self._greatest(settings, config)
        fixed = bool(length) or not masked or str(config.get("model_type")).startswith("siglip")
        padding = self._tokenizer.padding or {}
        token = padding.get("pad_token") or _token(settings.get("pad_token")) or "[PAD]"
        number = padding.get("pad_id", self._tokenizer.token_to_id(token))
        self._tokenizer.enable_truncation(self.length)
        self._tokenizer.enable_padding(pad_id=number or 0, pad_token=token, length=self.length if fixed else None)

    def __call__(self, texts: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        limit = self.length * _CHARS_PER_TOKEN
        bounded = [_SURROGATES.sub(" ", text[:limit]) for text in texts]
        encoded = self._tokenizer.encode_batch([text.lower() if self._lower else text for text in bounded])
        numbers = np.array([item.ids for item in encoded], dtype=np.int64)
        return numbers, np.array([item.attention_mask for item in encoded], dtype=np.int64)

    def _greatest(self, settings: Mapping[str, Any], config: Mapping[str, Any]) -> int:
        text = config.get("text_config") or {}
        candidates = (
            (self._tokenizer.truncation or {}).get("max_length"),
            settings.get("model_max_length"),  # a huge number stands for "no limit"
            text.get("max_position_embeddings"),
        )
        return min((n for n in candidates if isinstance(n, int) and 0 < n <= 8192), default=_TOKENS)


class Preparation(msgspec.Struct, frozen=True):
    """How a picture becomes numbers: resized by its ``shortest`` edge or to ``exact`` (height, width), its middle cut
    out at ``crop`` (height, width), scaled, and normalised per channel."""

    shortest: int | None
    exact: tuple[int, int] | None
    crop: tuple[int, int] | None
    resample: Image.Resampling
    scale: float
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def read(cls, path: Path) -> Preparation:
        """From a ``preprocessor_config.json``. Raises :class:`SetupError` for what is not understood."""
        known = read_json(path)
        try:
            return cls._of(known)
        except (TypeError, ValueError, KeyError) as error:
            raise SetupError(f"{path}: preparation of pictures not understood: {error}") from error

    @classmethod
    def _of(cls, known: Mapping[str, Any]) -> Preparation:
        cuts = known.get("do_center_crop", "resize_mode" in known)
        crop = _pair(known.get("crop_size", known.get("size", 224))) if cuts else None
        shortest, exact = _resizing(known, cuts) if known.get("do_resize", True) else (None, None)
        if exact is None and crop is None:
            raise ValueError("neither an exact size nor a crop, so that pictures would differ in size")
        normalise = known.get("do_normalize", True)
        return cls(
            shortest=shortest,
            exact=exact,
            crop=crop,
            resample=_resampling(known),
            scale=float(known.get("rescale_factor", 1 / 255)) if known.get("do_rescale", True) else 1.0,
            mean=_channels(known.get("image_mean", known.get("mean", _MEAN))) if normalise else (0.0, 0.0, 0.0),
            std=_channels(known.get("image_std", known.get("std", _STD))) if normalise else (1.0, 1.0, 1.0),
        )

    def __call__(self, picture: Image.Image) -> Vectors:
        """An RGB picture → float32 of shape (3, height, width)."""
        picture = picture.convert("RGB")
        if self.exact is not None:
            picture = picture.resize(self.exact[::-1], self.resample)
        elif self.shortest is not None:
            picture = self._shortened(picture, self.shortest)
        if self.crop is not None:
            picture = _middle(picture, *self.crop)
        pixels = np.asarray(picture, dtype=np.float32) * np.float32(self.scale)
        normal = (pixels - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)
        return np.ascontiguousarray(normal.transpose(2, 0, 1))

    def _shortened(self, picture: Image.Image, edge: int) -> Image.Image:
        """Resized by the shortest edge; the ends of a very long picture, which the crop drops, go first."""
        longest = max(self.crop) if self.crop else edge
        width, height = picture.size
        most = max(1, 4 * min(width, height) * max(longest, edge) // edge)
        picture = _middle(picture, min(height, most), min(width, most))
        shorter = min(picture.size)
        size = (edge * picture.width // shorter, edge * picture.height // shorter)
        return picture.resize(size, self.resample)


def read_json(path: Path) -> dict[str, Any]:
    """The object that a JSON file holds. Raises :class:`SetupError`."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError) as error:
        raise SetupError(f"{path} cannot be read as JSON: {error}") from error


def _middle(picture: Image.Image, height: int, width: int) -> Image.Image:
    """The middle of a picture; black where it is too small."""
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return picture.crop((left, top, left + width, top + height))


def _token(given: Any) -> str | None:
    """A special token, written as its text or as a record with its text."""
    text = given.get("content") if isinstance(given, dict) else given
    return text if isinstance(text, str) else None


def _resizing(known: Mapping[str, Any], cuts: bool) -> tuple[int | None, tuple[int, int] | None]:
    """(shortest edge, exact size), one of them None."""
    size = known.get("size", 224)
    if isinstance(size, dict):
        return (_pair(size["shortest_edge"])[0], None) if "shortest_edge" in size else (None, _pair(size))
    mode = known.get("resize_mode", "shortest" if cuts else "squash")
    return {"shortest": (_pair(size)[0], None), "squash": (None, _pair(size))}[mode]


def _resampling(known: Mapping[str, Any]) -> Image.Resampling:
    named = known.get("interpolation")
    if named is not None:
        return Image.Resampling[str(named).upper()]
    return Image.Resampling(known.get("resample", Image.Resampling.BICUBIC))


def _pair(size: Any) -> tuple[int, int]:
    """(height, width) of ``224`` or of ``{"height": 224, "width": 224}``."""
    height, width = (size, size) if isinstance(size, int) else (size["height"], size["width"])
    if not 0 < min(height, width) <= max(height, width) <= 4096:
        raise ValueError(f"size {size}")
    return int(height), int(width)


def _channels(values: Any) -> tuple[float, ...]:
    numbers = tuple(float(value) for value in values)
    if len(numbers) != 3:
        raise ValueError(f"{len(numbers)} channels instead of 3")
    return numbers
