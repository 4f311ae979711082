"""The yardstick: two small heads on frozen towers, by the recipe that was measured before the project started.

    python -m benchmarks.alignment.yardstick

Photos: pooled features, statistics of the stages and a colour descriptor → 512 → 256, beside a linear skip. Texts:
USE → 512 → 256 beside a skip, and 8,192 hashed buckets of words, pairs of words and Chinese characters. Symmetric
InfoNCE (van den Oord et al. 2018; Radford et al. 2021), in which a caption is right for every photo of the batch of
which its facets are true: the target is spread evenly over all that are right (Khosla et al. 2020). It needs PyTorch.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from benchmarks.alignment import captions
from benchmarks.alignment.asking import Pair
from benchmarks.alignment.features import Remembered
from benchmarks.alignment.splits import Training
from benchmarks.pictures import Rows
from wares.encoders.base import unit

try:
    import torch
    from torch import Tensor, nn
    from torch.nn import functional
except ImportError as missing:
    raise SystemExit("the yardstick learns with PyTorch: pip install torch") from missing

_BATCH, _WIDTH, _DIMS, _BUCKETS = 384, 512, 256, 8192
_RATE, _HASH_RATE, _DECAY, _WARM = 1e-3, 3e-3, 0.05, 30
_DROPOUT, _NOISE, _NO_HASH, _NO_TOKEN = 0.3, 0.1, 0.3, 0.2
_SCALE, _GREATEST = 15.0, 50.0
#: Steps by pairs, linear in between.
_STEPS = ((500, 2000, 6000), (250, 400, 600))


class Recipe(NamedTuple):
    """A way that learns. ``columns``: what the heads read of a row of features. ``colours``: with captions of the
    bare colour."""

    texts: Remembered
    columns: Sequence[slice]
    colours: bool = True

    def __call__(self, training: Training, seed: int) -> Pair:
        rows = np.concatenate([training.rows[:, part] for part in self.columns], axis=1)
        mean, deviation = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-4)
        heads = _learned(training, (rows - mean) / deviation, self, seed)

        def words(said: Sequence[str]) -> Rows:
            with torch.no_grad():
                learned = heads.texts(torch.from_numpy(self.texts.features(said)), _bags(said, None))
            return learned.numpy()

        def pictures(features: Rows) -> Rows:
            read = np.concatenate([features[:, part] for part in self.columns], axis=1)
            with torch.no_grad():
                return heads.pictures(torch.from_numpy((read - mean) / deviation)).numpy()

        return Pair(words, pictures, pictures)


def beside(learned: Pair, prior: Pair, weight: float = 0.25) -> Pair:
    """Both in one space and one dot product: ``[learned ; √weight · prior]`` at unit length."""
    root = np.float32(weight**0.5)
    said, seen = learned.words, prior.words
    if said is None or seen is None:
        raise ValueError("both have to find pictures by words")

    def pictures(rows: Rows) -> Rows:
        return unit(np.concatenate([learned.pictures(rows), root * prior.pictures(rows)], axis=1))

    return Pair(lambda texts: unit(np.concatenate([said(texts), root * seen(texts)], axis=1)), pictures, pictures)


class _Head(nn.Module):
    """Rows through one hidden layer, beside a linear skip."""

    def __init__(self, dims: int) -> None:
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(dims, _WIDTH), nn.GELU(), nn.Dropout(_DROPOUT), nn.Linear(_WIDTH, _DIMS))
        self.skip = nn.Linear(dims, _DIMS)

    def forward(self, rows: Tensor) -> Tensor:
        if self.training:
            rows = rows + _NOISE * rows.std() * torch.randn_like(rows)
        out: Tensor = self.deep(rows) + self.skip(rows)
        return out


class _Heads(nn.Module):
    def __init__(self, pictures: int, texts: int) -> None:
        super().__init__()
        self.of_pictures, self.of_texts = _Head(pictures), _Head(texts)
        self.buckets = nn.EmbeddingBag(_BUCKETS, _DIMS, mode="sum")
        nn.init.normal_(self.buckets.weight, std=0.02)
        self.scale = nn.Parameter(torch.tensor(_SCALE).log())

    def pictures(self, rows: Tensor) -> Tensor:
        return functional.normalize(self.of_pictures(rows), dim=1)

    def texts(self, rows: Tensor, bags: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        tokens, starts, weights = bags
        hashed = self.buckets(tokens, starts, per_sample_weights=weights)
        return functional.normalize(self.of_texts(rows * rows.shape[1] ** 0.5) + hashed, dim=1)


def _learned(training: Training, rows: Rows, recipe: Recipe, seed: int) -> _Heads:
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    said = captions.Said.of(training, recipe.colours)
    vectors = torch.from_numpy(recipe.texts.features(said.texts))
    seen = torch.from_numpy(rows.astype(np.float32))
    same = torch.from_numpy(captions.identities(training.examples))
    heads = _Heads(rows.shape[1], vectors.shape[1]).train()
    steps = round(float(np.interp(len(rows), *_STEPS)))
    optimiser = torch.optim.AdamW(_rates(heads), lr=_RATE, weight_decay=_DECAY)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps))
    order = random.permutation(0)
    for _ in range(steps):
        if len(order) < min(_BATCH, len(rows)):
            order = random.permutation(len(rows))
        batch, order = order[:_BATCH], order[_BATCH:]
        owners = np.concatenate([batch, batch])
        texts, named = said.draw(batch, random)
        own = torch.from_numpy(owners)
        bits = torch.from_numpy(named)[:, None] >> torch.arange(len(captions.FACETS)) & 1
        right = ((bits == 0) | (same[batch][:, None] == same[own])).all(dim=2).float()
        bags = _bags([said.texts[text] for text in texts], random)
        scores = heads.pictures(seen[batch]) @ heads.texts(vectors[texts], bags).T
        scores = scores * heads.scale.exp().clamp(max=_GREATEST)
        loss = _loss(scores, right) + _loss(scores.T, right.T)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return heads.eval()


def _loss(scores: Tensor, right: Tensor) -> Tensor:
    """Cross entropy of each row, its target spread evenly over all that is right."""
    return functional.cross_entropy(scores, right / right.sum(1, keepdim=True))


def _bags(texts: Sequence[str], random: np.random.Generator | None) -> tuple[Tensor, Tensor, Tensor]:
    """Buckets of all texts in a row, where each text starts, and weights; some left out while learning."""
    bags = [_buckets(text) for text in texts]
    lengths = np.array([len(bag) for bag in bags])
    weights = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths).astype(np.float32)
    if random is not None:
        weights *= random.random(len(weights)) >= _NO_TOKEN
        weights *= np.repeat(random.random(len(bags)) >= _NO_HASH, lengths)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    tokens = np.concatenate([np.array(bag, dtype=np.int64) for bag in bags])
    return torch.from_numpy(tokens), torch.from_numpy(starts), torch.from_numpy(weights)


@lru_cache(maxsize=1 << 17)
def _buckets(text: str) -> tuple[int, ...]:
    words = re.findall(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+", text.casefold())
    pairs = [f"{one} {other}" for one, other in pairwise(words)]
    return tuple(zlib.crc32(token.encode()) % _BUCKETS for token in (*words, *pairs))


def _rates(heads: _Heads) -> list[dict[str, object]]:
    table, plain = [heads.buckets.weight], [heads.scale]
    decayed = []
    for name, weight in heads.named_parameters():
        if name not in ("buckets.weight", "scale"):
            (decayed if weight.ndim > 1 else plain).append(weight)
    return [{"params": decayed}, {"params": plain, "weight_decay": 0.0}, {"params": table, "lr": _HASH_RATE}]


def _rate(step: int, steps: int) -> float:
    if step < _WARM:
        return (step + 1) / _WARM
    return 0.5 * (1 + np.cos(np.pi * (step - _WARM) / max(steps - _WARM, 1)))
