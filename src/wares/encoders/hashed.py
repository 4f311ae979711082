"""Words as vectors without any download: tokens and their letters hashed into buckets (the hashing trick).

Each token falls into one of 512 buckets with a sign (Weinberger et al., "Feature Hashing for Large Scale Multitask
Learning", 2009), and so do, more lightly, the trigrams of its letters — of a Chinese word, its characters — so that a
misspelt word is still near. It knows no meaning: words find what is written alike.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import numpy as np

from wares.encoders import tokens
from wares.encoders.base import Tower, unit
from wares.records import Modality

if TYPE_CHECKING:
    from wares.encoders.base import Content, Vectors

DIMS = 512

#: What all trigrams of a token weigh together, the token being 1.
TRIGRAMS = 1.0


class HashedWords(Tower):
    """Text → 512 numbers at unit length; a text without any word gives zeros."""

    name = "hashed-words"
    fingerprint = f"hashed-words:1:tokens-{tokens.VERSION}"
    modality: Modality = "text"
    dims = DIMS
    batch_size = 256

    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        rows = np.zeros((len(batch), DIMS), dtype=np.float32)
        for row, text in zip(rows, cast("Sequence[str]", batch), strict=True):
            for token, count in Counter(tokens.telling(tokens.tokens(text))).items():
                buckets, weights = _of_token(token)
                np.add.at(row, buckets, weights * np.float32(1.0 + math.log(count)))
        return unit(rows)


@lru_cache(maxsize=1 << 14)
def _of_token(token: str) -> tuple[np.ndarray[tuple[int], np.dtype[np.intp]], Vectors]:
    """The buckets a token falls into and what it adds to each."""
    parts = _parts(token)
    share = TRIGRAMS / math.sqrt(len(parts)) if parts else 0.0
    numbers = [tokens.term_id(token), *(tokens.term_id(f"\0{part}") for part in parts)]
    weights = [1.0, *(share for _ in parts)]
    signs = [1.0 if number >> 31 else -1.0 for number in numbers]
    return np.array([n % DIMS for n in numbers]), np.array(weights, np.float32) * np.array(signs, np.float32)


def _parts(token: str) -> list[str]:
    """The trigrams of a token with its ends marked; the characters of one in another script than Latin."""
    if not token.isascii():
        return list(token) if len(token) > 1 else []
    marked = f"<{token}>"
    return [marked[start : start + 3] for start in range(len(marked) - 2)] if len(token) > 2 else []
