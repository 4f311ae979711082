"""Losses that draw a picture and its caption together and other pairs of the batch apart.

Both take cosines of shape (pictures, captions) whose diagonal holds the right pairs, and ``kin`` of the same shape:
pairs of one group or with one caption, which are neither drawn together nor apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

#: Cosines are scaled by at most this, as in the papers.
_GREATEST_SCALE = 100.0


def infonce(cosines: Tensor, kin: Tensor, log_scale: Tensor, bias: Tensor) -> Tensor:
    """Cross-entropy over rows and over columns (Radford et al. 2021, CLIP). It has no bias."""
    logits = _scale(log_scale) * cosines
    logits = logits.masked_fill(_others(kin), float("-inf"))
    right = torch.arange(len(logits), device=logits.device)
    return (functional.cross_entropy(logits, right) + functional.cross_entropy(logits.T, right)) / 2


def siglip(cosines: Tensor, kin: Tensor, log_scale: Tensor, bias: Tensor) -> Tensor:
    """Each pair judged by itself, right or wrong (Zhai et al. 2023, SigLIP); good for small batches."""
    logits = _scale(log_scale) * cosines + bias
    signs = 2 * torch.eye(len(logits), device=logits.device) - 1
    pairs = -functional.logsigmoid(signs * logits)
    return pairs.masked_fill(_others(kin), 0.0).sum() / len(logits)


LOSSES: dict[str, Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]] = {"infonce": infonce, "siglip": siglip}


def _scale(log_scale: Tensor) -> Tensor:
    return log_scale.exp().clamp(max=_GREATEST_SCALE)


def _others(kin: Tensor) -> Tensor:
    """Kin off the diagonal."""
    return kin & ~torch.eye(len(kin), dtype=torch.bool, device=kin.device)
