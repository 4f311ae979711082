"""The words of a text as numbers of buckets: its tokens, their pairs, and each Chinese character.

Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009, without signs: a table is learnt over
the buckets, and two terms that share one share what is learnt of them.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from wares.encoders.tokens import telling, term_id, tokens

if TYPE_CHECKING:
    import numpy.typing as npt

BUCKETS = 8192
#: Of a long text, only so many terms count.
MAX_TERMS = 256

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")


def of_text(text: str) -> npt.NDArray[np.int64]:
    """Buckets in order, with repeats."""
    said = telling(tokens(text))
    pairs = (f"{one} {next_one}" for one, next_one in pairwise(said))
    characters = (f"\0{character}" for character in _HAN.findall(text))
    terms = [term_id(term) % BUCKETS for term in (*said, *pairs, *characters)]
    return np.array(terms[:MAX_TERMS], dtype=np.int64)
