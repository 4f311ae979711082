"""A bag of visual words: a picture as counts of the kinds of small patches that are in it.

Patches are found and described by SIFT (Lowe, "Distinctive Image Features from Scale-Invariant Keypoints", 2004),
compared by their square roots (Arandjelović and Zisserman, "Three Things Everyone Should Know to Improve Object
Retrieval", 2012), put to the nearest word of a codebook, and weighed like words of a text (Sivic and Zisserman,
"Video Google", 2003). Parts that are moved, turned or enlarged are still found; where they lie is forgotten, and so
are colours. A picture with little texture has few patches.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
from scipy.cluster.vq import kmeans2, vq
from skimage.feature import SIFT

from wares.encoders.base import Encoder, Tower, unit
from wares.encoders.classic.base import Baseline, digest
from wares.encoders.framing import letterbox
from wares.errors import CatalogueError
from wares.records import Modality

if TYPE_CHECKING:
    from PIL.Image import Image

    from wares.encoders.base import Content, Vectors

#: Words of the codebook; pictures, and patches of all of these, that it is learnt from; rounds of k-means.
WORDS, PICTURES, PATCHES, ROUNDS = 512, 400, 40_000, 12
#: A codebook has at most one word for so many patches, so that a word is more than one patch.
PATCHES_A_WORD = 4
#: The side of the square that a picture is fitted into, in pixels.
SIDE = 160
_VERSION = 1


class SiftWords(Baseline):
    """Learns a codebook by k-means over a sample of the catalogue's patches, and how rare each word is."""

    modality = "image"

    def learn(self, contents: Sequence[Content]) -> Encoder:
        chance = np.random.default_rng(self.seed)
        pictures = cast("Sequence[Image]", contents)
        sample = sorted(chance.permutation(len(pictures))[:PICTURES].tolist())
        each = [patches(pictures[at]) for at in sample]
        found = np.concatenate(each)
        if not len(found):
            raise CatalogueError(f"no patch with texture is in {len(sample):,} pictures")
        chosen = found[np.sort(chance.permutation(len(found))[:PATCHES])]
        codebook = _codebook(chosen, chance)
        counts = np.stack([count(own, codebook) for own in each])
        holders = (counts > 0).sum(axis=0)
        idf = (np.log((1 + len(sample)) / (1 + holders)) + 1).astype(np.float32)
        return Encoder(SiftTower(codebook, idf), "sift-words")


class SiftTower(Tower):
    """RGB picture → how often each visual word is in it, weighed, at unit length; zeros without any patch.

    ``codebook`` is (words, 128), ``idf`` (words,).
    """

    name = "sift-words"
    modality: Modality = "image"

    def __init__(self, codebook: Vectors, idf: Vectors) -> None:
        self._codebook = codebook
        self._idf = idf
        self.dims = len(codebook)
        self.fingerprint = f"sift-words:{_VERSION}:{digest(codebook, idf)}"

    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        counts = [count(patches(picture), self._codebook) for picture in cast("Sequence[Image]", batch)]
        # The root keeps a texture that fills the picture from hiding the rest (Jégou, Douze and Schmid 2009).
        return unit(np.sqrt(np.stack(counts)) * self._idf)


def patches(picture: Image) -> Vectors:
    """The square-rooted SIFT descriptors of a picture: shape (patches, 128), perhaps none."""
    grey = np.asarray(letterbox(picture, SIDE).convert("L"), dtype=np.float32) / np.float32(255)
    detector = SIFT()  # it keeps what it found, so each picture has its own
    try:
        detector.detect_and_extract(grey)
    except RuntimeError:  # its way to say that there are none
        return np.zeros((0, 128), np.float32)
    found = np.asarray(detector.descriptors, dtype=np.float32)
    roots: Vectors = np.sqrt(found / np.maximum(found.sum(axis=1, keepdims=True), 1e-9))
    return roots


def count(found: Vectors, codebook: Vectors) -> Vectors:
    """How many patches are nearest to each word: shape (words,), float32."""
    if not len(found):
        return np.zeros(len(codebook), np.float32)
    nearest, _ = vq(found, codebook, check_finite=False)
    return np.bincount(nearest, minlength=len(codebook)).astype(np.float32)


def _codebook(found: Vectors, chance: np.random.Generator) -> Vectors:
    """Cluster centres, those without a patch left out, in the order of their numbers."""
    words = max(1, min(WORDS, len(found) // PATCHES_A_WORD))
    first = found[np.sort(chance.permutation(len(found))[:words])]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a cluster may run empty; it is left out below
        centres, owners = kmeans2(found, first, iter=ROUNDS, minit="matrix", check_finite=False)
    return np.ascontiguousarray(centres[np.unique(owners)], dtype=np.float32)
