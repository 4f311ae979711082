"""What a sound is, once it has been decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: Samples a second of every sound.
RATE = 16_000


class Sound(NamedTuple):
    """One channel of sound: float32 ``samples`` within -1 … 1, ``rate`` of them a second. ``cut``: there was more."""

    samples: npt.NDArray[np.float32]
    rate: int = RATE
    cut: bool = False
