"""Bases of the transformers library: any model that has ``get_text_features`` and ``get_image_features``.

CLIP, SigLIP, Chinese-CLIP and their like. No code of a repository is run, and weights are read as safetensors, or as
a torch file by the loader that admits tensors only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import torch
import transformers

from wares.encoders.inputs import read_json
from wares.errors import ModelUnavailable, SetupError
from wares.fit.lora.bases import Base, Tell, number, told_as
from wares.models import hub
from wares.settings import Environment

if TYPE_CHECKING:
    from torch import Tensor

_SETTINGS = ("config.json", "preprocessor_config.json", "processor_config.json", "tokenizer_config.json")
_WORDS = ("tokenizer.json", "vocab.txt", "vocab.json", "merges.txt", "special_tokens_map.json", "added_tokens.json")
_NO_LIMIT = 10**9
_SENTENCE_PIECES = ("spiece.model", "tokenizer.model", "sentencepiece.bpe.model")


def open_base(location: str, environment: Environment, tell: Tell) -> Base:
    """The model at ``file:FOLDER`` or ``hf:OWNER/NAME``."""
    scheme, _, rest = location.partition(":")
    folder = Path(rest).expanduser() if scheme == "file" else _fetched(rest, environment, tell)
    if not folder.is_dir():
        raise ModelUnavailable(f"{location}: there is no such folder")
    config = read_json(folder / "config.json")
    with told_as(location):
        model = _model(folder, location)
    if not (hasattr(model, "get_text_features") and hasattr(model, "get_image_features")):
        raise SetupError(f"{location} is a {type(model).__name__}, which has no towers for words and pictures")
    log_scale = number(model, "logit_scale")
    return Base(
        model=model,
        text=lambda numbers, mask: _vectors(model.get_text_features(input_ids=numbers, attention_mask=mask)),
        image=lambda pixels: _vectors(model.get_image_features(pixel_values=pixels)),
        files={"config.json": msgspec.json.encode(config), **_words(folder, location), **_pictures(folder)},
        masked=not str(config.get("model_type")).startswith("siglip"),  # trained on filled-up texts, without a mask
        scale=None if log_scale is None else math.exp(log_scale),
        bias=number(model, "logit_bias"),
    )


def _model(folder: Path, location: str) -> Any:
    bars = transformers.utils.logging
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        model, told = transformers.AutoModel.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            weights_only=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    finally:
        if shown:
            bars.enable_progress_bar()
    if told["missing_keys"]:
        missing = sorted(told["missing_keys"])
        raise SetupError(f"{location} lacks {len(missing)} weights of its model, such as {missing[0]}")
    return model.eval()


def _vectors(found: Any) -> Tensor:
    """The projected vectors, which version 5 of the library wraps and version 4 did not."""
    return found if isinstance(found, torch.Tensor) else found.pooler_output


def _fetched(repository: str, environment: Environment, tell: Tell) -> Path:
    if environment.offline:  # the files that were fetched before lie in one folder
        return hub.folder(repository, ("config.json",), offline=True)
    sizes = hub.listing(repository)
    weights = [name for name in sizes if "/" not in name and name.endswith(".safetensors")]
    weights = weights or [name for name in sizes if "/" not in name and Path(name).match("pytorch_model*.bin")]
    known = (*_SETTINGS, *_WORDS, *_SENTENCE_PIECES, "model.safetensors.index.json", "pytorch_model.bin.index.json")
    names = [name for name in known if name in sizes] + weights
    size = sum(sizes[name] for name in names) / 1e6
    tell(f"hf:{repository}: fetching {size:,.0f} MB, unless they are there already; mind its licence")
    return hub.folder(repository, names, offline=False)


def _words(folder: Path, location: str) -> Mapping[str, bytes]:
    """The files of the tokeniser; an older model's is converted."""
    names = [name for name in ("tokenizer.json", "tokenizer_config.json") if (folder / name).is_file()]
    if "tokenizer.json" in names:
        return {name: (folder / name).read_bytes() for name in names}
    with told_as(f"{location}: its tokeniser"):
        tokeniser = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    return tokeniser_files(tokeniser, location)


def tokeniser_files(tokeniser: Any, location: str) -> dict[str, bytes]:
    """The files of a tokeniser of the library, as the library ``tokenizers`` reads them."""
    fast = getattr(tokeniser, "backend_tokenizer", None)
    if fast is None:
        raise SetupError(f"{location}: its tokeniser cannot be written as a tokenizer.json")
    length = min(int(tokeniser.model_max_length), _NO_LIMIT)  # a number of thirty digits stands for none
    settings = {"model_max_length": length, "pad_token": tokeniser.pad_token}
    return {"tokenizer.json": fast.to_str().encode(), "tokenizer_config.json": msgspec.json.encode(settings)}


def _pictures(folder: Path) -> Mapping[str, bytes]:
    """The preparation of pictures, which newer versions of the library keep inside the file of the processor."""
    own, joint = folder / "preprocessor_config.json", folder / "processor_config.json"
    if not own.is_file() and joint.is_file():
        return {own.name: msgspec.json.encode(read_json(joint).get("image_processor", {}))}
    return {own.name: msgspec.json.encode(read_json(own))}
