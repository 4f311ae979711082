"""How well captions find pictures, out of vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.fit.lora.records import Example, Quality

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.encoders.base import Vectors


class Questions(NamedTuple):
    """Distinct captions and, of shape (captions, pictures), which pictures are right and which are wrong answers.

    A picture is right if the caption was given for it. Other pictures of the same groups are neither: a caption of a
    product may well be true of its other pictures.
    """

    captions: list[str]
    right: npt.NDArray[np.bool_]
    wrong: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, examples: Sequence[Example]) -> Questions:
        captions = list(dict.fromkeys(caption for example in examples for caption in example.captions))
        number = {caption: place for place, caption in enumerate(captions)}
        right = np.zeros((len(captions), len(examples)), dtype=np.bool_)
        for column, example in enumerate(examples):
            right[[number[caption] for caption in example.captions], column] = True
        groups = np.unique([example.group for example in examples], return_inverse=True)[1]
        kin = np.zeros_like(right)
        for row, pictures in enumerate(right):
            kin[row] = np.isin(groups, groups[pictures])
        return cls(captions, right, ~kin)

    def quality(self, words: Vectors, pictures: Vectors) -> Quality:
        """Of unit vectors of the captions and of the pictures. A tie with a wrong picture counts as lost."""
        cosines = words @ pictures.T
        best = np.where(self.right, cosines, -np.inf).max(axis=1, keepdims=True)
        above = ~(cosines < best) & self.wrong  # what is not a number is above, too
        ranks = 1 + above.sum(axis=1)
        return Quality(
            *(round(float(mean), 4) for mean in ((ranks <= 1).mean(), (ranks <= 10).mean(), (1 / ranks).mean()))
        )


def difference(one: Vectors, other: Vectors) -> float:
    """The greatest 1 − cosine between unit vectors of the same content; no number if one of them is none."""
    return float(np.maximum(0, 1 - np.einsum("ij,ij->i", one, other)).max())
