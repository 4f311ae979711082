"""The catalogue as everyone gets it: products, their vectors by the text tower of wares, and questions, as files.

Vectors are made once and kept; questions are encoded here too, so that nobody's time has an encoder in it.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.catalogues import GOODS
from benchmarks.judged import TASKS, questions
from benchmarks.peers.protocol import KINDS, ROUNDING, TOP, Inputs, Vectors
from benchmarks.report import tell
from benchmarks.speed import large
from wares import encoders as models
from wares.documents import meaning_text, word_fields
from wares.encoders.base import Encoder
from wares.errors import SetupError
from wares.indexing import batches, of_products
from wares.records import Price, Product
from wares.settings import Environment

#: Questions that settings are chosen by; they are not measured.
TUNING = 50
SEED = 42
BATCH = 5_000

# A distribution that registers the model of benchmarks/peers/entrants/wares.py: see write_plugin.
_METADATA = "Metadata-Version: 2.1\nName: wares-given\nVersion: 1.0\n"
_ENTRY_POINTS = "[wares.encoders]\ngiven = benchmarks.peers.entrants.wares:encoders\n"


class Catalogue(msgspec.Struct, frozen=True):
    """Where the files are, how many products there are, and the gains of the measured questions, in their order."""

    name: str
    inputs: Path
    products: int
    gains: Mapping[str, Mapping[str, int]] = {}


def large_catalogue(data: Path, scratch: Path, model: str, products: int, asked: int) -> Catalogue:
    """Real products of five sets, as the speed benchmark has them, with prices spread evenly from 0.01 to 100."""
    chance = random.Random(SEED)
    goods = [
        msgspec.structs.replace(product, price=Price(chance.randint(1, 10_000), "EUR"), media=())
        for product in large.real_products(data, products)
    ]
    texts = large.real_questions(data, TUNING + asked)
    if len(texts) <= TUNING:
        raise SetupError(f"the sets hold {len(texts)} questions, {TUNING} of which are for tuning")
    folder = prepared(f"large-{len(goods)}", goods, texts[:TUNING], texts[TUNING:], scratch, model)
    return Catalogue("large", folder, len(goods))


def judged_catalogue(name: str, data: Path, scratch: Path, model: str, products: int | None) -> Catalogue:
    """A judged set. Its questions are measured and tuned by: tuning looks at distances, not at judgments."""
    goods = [
        msgspec.structs.replace(product, media=())
        for product in GOODS[TASKS[name].goods].products(data, scratch, products)
    ]
    asked, judged = questions(name, data, scratch, frozenset(product.id for product in goods))
    said = {
        one.id: str(one.query.parts[0].value)
        for one in asked.queries
        if any(gain > 0 for gain in judged.gains[one.id].values())
    }
    if not said:
        raise SetupError(f"{name}: none of the first {len(goods):,} products is relevant to any question; take more")
    texts = list(said.values())
    folder = prepared(f"{name.replace(' ', '-')}-{len(goods)}", goods, texts[:TUNING], texts, scratch, model)
    return Catalogue(name, folder, len(goods), {id: judged.gains[id] for id in said})


def write_plugin(inputs: Path) -> Path:
    """The folder that, on Python's path, makes wares know the model "given" as it knows that of any plugin."""
    described = inputs / "plugin" / "wares_given-1.0.dist-info"
    described.mkdir(parents=True, exist_ok=True)
    (described / "METADATA").write_text(_METADATA)
    (described / "entry_points.txt").write_text(_ENTRY_POINTS)
    return described.parent


# -- writing ----------------------------------------------------------------------------------------------------


def prepared(
    name: str, goods: Sequence[Product], tuning: Sequence[str], measuring: Sequence[str], scratch: Path, model: str
) -> Path:
    """The folder with everything, made when it is not there."""
    encoder = text_encoder(model)
    told = msgspec.json.encode((goods, tuning, measuring, encoder.fingerprint))
    folder = scratch / "inputs" / f"{name}-{hashlib.blake2b(told, digest_size=8).hexdigest()}"
    if folder.exists():
        return folder
    unfinished = folder.with_suffix(".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    with (unfinished / "products.jsonl").open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(_line(product), ensure_ascii=False) + "\n" for product in goods)
    np.save(unfinished / "vectors.npy", _encoded(encoder, [meaning_text(product) for product in goods]))
    for purpose, texts in (("tuning", tuning), ("measuring", measuring)):
        (unfinished / f"{purpose}.json").write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")
        np.save(unfinished / f"{purpose}.npy", encoder.encode(list(texts)))
        (unfinished / f"{purpose}-truth.json").write_text(json.dumps(truth(Inputs(unfinished), purpose)))
    write_plugin(unfinished)
    unfinished.rename(folder)
    return folder


def text_encoder(model: str) -> Encoder:
    """The encoder that makes everyone's vectors. :class:`SetupError` when a model has none."""
    for encoder in of_products(models.build(model, Environment.read())):
        if encoder.modality == "text":
            return encoder
    raise SetupError(f"the model {model!r} has no encoder of texts; name another with --model")


def _line(product: Product) -> Mapping[str, object]:
    """See :class:`~benchmarks.peers.protocol.Goods`."""
    return {
        "id": product.id,
        "text": "\n".join(text for text in word_fields(product).values() if text),
        "title": product.title,
        "brand": product.brand,
        "price": product.price.major if product.price else None,
        "record": msgspec.to_builtins(product),
    }


def _encoded(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    rows = []
    for at, some in enumerate(batches(texts, BATCH)):
        tell(f"encoding the texts of {len(texts):,} products: {at * BATCH:,} are done")
        rows.append(encoder.encode(some))
    return np.concatenate(rows)


def truth(inputs: Inputs, purpose: str) -> dict[str, list[list[str]]]:
    """What is right for each kind of vector question, by an exact scan."""
    goods = list(inputs.goods())
    ids = np.asarray([one.id for one in goods])
    prices = np.asarray([np.inf if one.price is None else one.price for one in goods])
    asked = [question.vector for question in inputs.questions(purpose)]
    found = {}
    for kind in KINDS.values():
        if kind.way == "near":
            (rows,) = np.nonzero(np.ones(len(ids), bool) if kind.below is None else prices < kind.below)
            matrix = inputs.vectors[rows]
            found[kind.name] = [ids[rows[_nearest(matrix @ vector)]].tolist() for vector in asked]
    return found


def _nearest(scores: Vectors) -> np.ndarray:
    """Places of the ten highest scores, and of those as good as the tenth."""
    if len(scores) <= TOP:
        return np.arange(len(scores))
    (places,) = np.nonzero(scores >= np.partition(scores, -TOP)[-TOP] - ROUNDING)
    return places
