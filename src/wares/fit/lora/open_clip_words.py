"""The tokenisers of open_clip, written as a ``tokenizer.json``.

What it does to a text beforehand that a ``tokenizer.json`` cannot say (mending broken encodings, HTML entities) is
left out; everything else must come to the same numbers, which is tried on some texts before anything is learned.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import open_clip
from open_clip.tokenizer import SimpleTokenizer, default_bpe
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from wares.encoders.inputs import Tokeniser
from wares.errors import SetupError
from wares.models import hub
from wares.settings import Environment

#: Tokens of a text, where the model's configuration says nothing.
LENGTH = 77

_WORD = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
_PUNCTUATION = r"[!-/:-@\[-`{-~]"
_BEGIN, _END = "<start_of_text>", "<end_of_text>"
_TRIALS = (
    "a photo of a red shirt",
    "  Men's Running-Shoes,  size 42 (EU)!  ",
    "SKU_12-AB/3 100% cotton & wool; 3.5 l",
    "红色 连衣裙 2件装",
    "Crème brûlée",
    "",
    "very long " * 100,
)


def files(name: str, text: Mapping[str, Any], length: int, environment: Environment) -> dict[str, bytes]:
    """The files of the tokeniser of a model; ``text`` is the part of its configuration that is about words.

    Raises :class:`SetupError` when it cannot be written so that it comes to the same numbers.
    """
    if text.get("tokenizer_mode") or (text.get("tokenizer_kwargs") or {}).keys() - {"clean"}:
        raise SetupError(f"{name}: its tokeniser cuts or rearranges texts in ways that are not known here")
    source = text.get("hf_tokenizer_name") or ""
    clean = (text.get("tokenizer_kwargs") or {}).get("clean") or ("whitespace" if source else "lower")
    if source:
        local = name.startswith("local-dir:")
        patterns = ("*.json", "*.txt", "*.model")
        folder = (
            name.removeprefix("local-dir:") if local else hub.folder(source, patterns, offline=environment.offline)
        )
        own = open_clip.tokenizer.HFTokenizer(str(folder), context_length=length, clean=clean)
        written = Tokenizer.from_str(own.tokenizer.backend_tokenizer.to_str())
        steps = _cleaning(clean) + ([written.normalizer] if written.normalizer else [])
        written.normalizer = normalizers.Sequence(steps)
        pad = own.tokenizer.pad_token
    else:
        own = SimpleTokenizer(context_length=length, clean=clean)
        written = _byte_pairs(own, clean)
        pad = written.id_to_token(0)
    written.enable_truncation(length)
    written.enable_padding(pad_id=written.token_to_id(pad), pad_token=pad, length=length)
    found = {
        "tokenizer.json": written.to_str().encode(),
        "tokenizer_config.json": msgspec.json.encode({"model_max_length": length, "pad_token": pad}),
    }
    _compare(own, found, name)
    return found


def _cleaning(clean: str) -> list[Any]:
    """open_clip's ways of cleaning a text, as normalisers."""
    space = [normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    return {
        "whitespace": [normalizers.NFC(), *space],
        "lower": [normalizers.NFC(), *space, normalizers.Lowercase()],
        "canonicalize": [
            normalizers.NFC(),
            normalizers.Replace("_", " "),
            normalizers.Replace(Regex(_PUNCTUATION), ""),
            normalizers.Lowercase(),
            *space,
        ],
    }[clean]


def _byte_pairs(own: SimpleTokenizer, clean: str) -> Tokenizer:
    """CLIP's own tokeniser: byte pairs, in the order in which the library's table lists them."""
    with gzip.open(default_bpe(), "rt", encoding="utf-8") as table:
        listed = [(row.partition(" ")[0], row.partition(" ")[2]) for row in table.read().split("\n")[1:]]
    # The vocabulary is 256 bytes, the same at the end of a word, one token per merge, and the special ones.
    merges = listed[: own.vocab_size - 2 * 256 - len(own.all_special_ids)]
    written = Tokenizer(models.BPE(vocab=own.encoder, merges=merges, end_of_word_suffix="</w>", unk_token=_END))
    written.normalizer = normalizers.Sequence(_cleaning(clean))
    written.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORD), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    written.post_processor = processors.TemplateProcessing(
        single=f"{_BEGIN} $A {_END}", special_tokens=[(_BEGIN, own.sot_token_id), (_END, own.eot_token_id)]
    )
    return written


def _compare(own: Any, found: Mapping[str, bytes], name: str) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place)
        for file, content in {**found, "config.json": b"{}"}.items():
            (folder / file).write_bytes(content)
        numbers, _ = Tokeniser(folder, masked=False)(_TRIALS)
    for trial, ours, theirs in zip(_TRIALS, numbers.tolist(), own(list(_TRIALS)).tolist(), strict=True):
        if ours != theirs:
            raise SetupError(f"{name}: its tokeniser cannot be written as a tokenizer.json: {trial[:40]!r} differs")
