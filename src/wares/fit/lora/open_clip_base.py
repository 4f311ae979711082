"""Bases of the open_clip library: one of its tags, a checkpoint's file, a folder with ``open_clip_config.json``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import open_clip

from wares.errors import ModelUnavailable, SetupError
from wares.fit.lora import open_clip_words
from wares.fit.lora.bases import Base, Tell, number, told_as
from wares.models import hub
from wares.settings import Environment

if TYPE_CHECKING:
    from torch import Tensor

#: As in preprocessor_config.json, where PIL's numbers stand.
_RESAMPLING = {"bicubic": 3, "bilinear": 2}
_FILES = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
#: What says of a tag's weights how they were trained; the model must be built the same way.
_PREPARATION = ("mean", "std", "interpolation", "resize_mode")


def open_base(location: str, environment: Environment, tell: Tell) -> Base:
    """The model at ``open_clip:NAME/PRETRAINED`` or ``file:FOLDER``."""
    scheme, _, rest = location.partition(":")
    if scheme == "file":
        name, options = f"local-dir:{Path(rest).expanduser()}", {}
    else:
        name, _, pretrained = rest.partition("/")
        options = _weights(name, pretrained, environment, tell)
    with told_as(location):
        config = (
            open_clip.get_model_config(name) if scheme == "open_clip" else _folder_config(Path(rest).expanduser())
        )
    text = config["text_cfg"]
    if "hf_model_name" in text:
        raise SetupError(
            f"{location}: its words go through {text['hf_model_name']}, a model of transformers: not known here"
        )
    files = _preparation_of_words(name, text, location, environment)
    with told_as(location):
        model = open_clip.create_model(name, weights_only=True, require_pretrained=True, **options).eval()
    log_scale = number(model, "logit_scale")

    def words(numbers: Tensor, mask: Tensor | None) -> Tensor:
        return model.encode_text(numbers)

    return Base(
        model=model,
        text=words,
        image=model.encode_image,
        files={**files, "preprocessor_config.json": msgspec.json.encode(_pictures(model, location))},
        masked=False,
        scale=None if log_scale is None else math.exp(log_scale),
        bias=number(model, "logit_bias"),
    )


def _folder_config(folder: Path) -> dict[str, Any]:
    content = msgspec.json.decode((folder / "open_clip_config.json").read_bytes(), type=dict[str, Any])
    config: dict[str, Any] = content["model_cfg"]
    return config


def _weights(name: str, pretrained: str, environment: Environment, tell: Tell) -> dict[str, Any]:
    """What ``create_model`` needs to be told of a tag, or of a file, to load its weights."""
    if name not in open_clip.list_models():
        raise SetupError(f"open_clip knows no model {name!r}")
    path = Path(pretrained).expanduser()
    if pretrained and path.is_file():
        if path.suffix in (".npz", ".npy"):
            raise SetupError(f"{path}: give the weights as safetensors or as a torch file")
        return {"pretrained": str(path)}
    tags = open_clip.list_pretrained_tags_by_model(name)
    if pretrained not in tags:
        raise SetupError(
            f"open_clip:{name}: {pretrained or 'nothing'!r} is neither a file nor one of: {', '.join(tags)}"
        )
    told = open_clip.get_pretrained_cfg(name, pretrained)
    repository, _, file = told.get("hf_hub", "").rpartition("/")
    if not repository:
        raise ModelUnavailable(f"open_clip:{name}/{pretrained} is on no hub; fetch its file and give that instead")
    return {
        "pretrained": str(_fetched(repository, (file,) if file else _FILES, environment, tell)),
        "force_quick_gelu": bool(told.get("quick_gelu")),
        "force_preprocess_cfg": {key: told[key] for key in _PREPARATION if key in told},
    }


def _fetched(repository: str, files: tuple[str, ...], environment: Environment, tell: Tell) -> Path:
    """The first of several files that a repository has; offline, the first that is in the cache."""
    if not environment.offline:
        sizes = hub.listing(repository)
        files = tuple(file for file in files if file in sizes)[:1] or files[:1]
        size = sizes.get(files[0], 0) / 1e6
        tell(f"hf:{repository}: fetching {size:,.0f} MB, unless they are there already; mind its licence")
    for file in files[:-1]:
        try:
            return hub.file(repository, file, offline=environment.offline)
        except ModelUnavailable:
            continue
    return hub.file(repository, files[-1], offline=environment.offline)


def _preparation_of_words(
    name: str, text: Mapping[str, Any], location: str, environment: Environment
) -> dict[str, bytes]:
    length = text.get("context_length", open_clip_words.LENGTH)
    config = {"model_type": "open_clip", "text_config": {"max_position_embeddings": length}}
    with told_as(f"{location}: its tokeniser"):
        written = open_clip_words.files(name, text, length, environment)
    return {**written, "config.json": msgspec.json.encode(config)}


def _pictures(model: Any, location: str) -> dict[str, Any]:
    """The preparation of pictures, in the words of a preprocessor_config.json."""
    known = model.visual.preprocess_cfg
    size, mode = known["size"], known["resize_mode"]
    height, width = (size, size) if isinstance(size, int) else size
    if (
        known["interpolation"] not in _RESAMPLING
        or mode not in ("shortest", "squash")
        or (mode == "shortest" and height != width)
    ):
        form = f"{mode} to {height} × {width}, {known['interpolation']}"
        raise SetupError(f"{location}: preparation of pictures not known here: {form}")
    whole = {"height": height, "width": width}
    return {
        "do_resize": True,
        "size": {"shortest_edge": height} if mode == "shortest" else whole,
        "resample": _RESAMPLING[known["interpolation"]],
        "do_center_crop": mode == "shortest",
        "crop_size": whole,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": list(known["mean"]),
        "image_std": list(known["std"]),
    }
