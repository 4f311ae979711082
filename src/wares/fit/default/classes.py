"""What a classifier knows, as if it had been photographed.

The row of the last layer that belongs to a class points to where pictures of it lie. A picture that was never taken
is the mean of real pictures moved along that row until the classifier is as sure as it is of a real one, with the
spread of real pictures around it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wares.encoders.conse import things
from wares.encoders.efficientnet import POOLED, PictureTower
from wares.fit.parting import Pictured
from wares.records import Product

if TYPE_CHECKING:
    from wares.encoders.base import Vectors

#: Pictures of each thing, how far they lie as a share of what makes the classifier sure, and their spread beside that
#: of real ones.
EACH, SURE, SPREAD = 4, 1.0, 0.7


def pictured(tower: PictureTower, real: Vectors, seed: int) -> list[Pictured]:
    """A product for each thing that the classifier has a name for, with pictures made from ``real`` ones."""
    weight, bias = tower.classifier()
    pooled = real[:, POOLED]
    mean, deviation = real.mean(axis=0), real.std(axis=0)
    centre = pooled.mean(axis=0)
    # How high the highest class stands above the mean of all, in real pictures.
    logits = pooled @ weight.T + bias
    height = float(np.median(logits.max(axis=1) - logits.mean(axis=1))) * SURE
    chance = np.random.default_rng(seed)
    found = []
    for number, thing in enumerate(things()):
        towards = weight[list(thing.classes)].mean(axis=0) - weight.mean(axis=0)
        at_centre = float((centre @ towards) + bias[list(thing.classes)].mean() - bias.mean())
        far = max(height - at_centre, 0.0) / float(towards @ towards)
        rows = mean + SPREAD * deviation * chance.standard_normal((EACH, len(mean)), dtype=np.float32)
        rows[:, POOLED] = np.maximum(rows[:, POOLED] + np.float32(far) * towards, 0.0)
        names = {"title_zh": thing.chinese[0]} if thing.chinese else {}
        product = Product(
            id=f"class-{number}", title=thing.english[0], category=(thing.english[0],), attributes=dict(names)
        )
        keys = tuple(f"class {number} {at}" for at in range(EACH))
        found.append(Pictured(product, keys, rows.astype(np.float32)))
    return found
