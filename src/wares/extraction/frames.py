"""What is read on the frames of a video: a line that stays over several shots is one passage."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from wares.records import Passage

if TYPE_CHECKING:
    from PIL.Image import Image

    from wares.media.footage import Footage

#: So many passages are kept of one video.
MOST = 1_000


def over_shots(footage: Footage, read: Callable[[Image], Iterable[Passage]]) -> tuple[Passage, ...]:
    """The passages of each shot's key frame with the times of the shot, in the order in which they appear.

    What stands on the frame of the shot before as well (case and spaces aside) is the same passage, shown for longer:
    its box and its spelling are those of the frame where it was read with the greatest certainty.
    """
    found: list[Passage] = []
    before: dict[str, int] = {}
    for shot in footage.shots:
        now: dict[str, int] = {}
        for passage in read(shot.frame):
            said = "".join(passage.text.casefold().split())
            if said in now:
                continue
            place = before.get(said, len(found))
            if place < len(found):
                start = found[place].start_s
                clearer = max(found[place], passage, key=lambda one: one.certainty)
                found[place] = msgspec.structs.replace(clearer, start_s=start, end_s=shot.end_s)
            elif place < MOST:
                found.append(msgspec.structs.replace(passage, start_s=shot.start_s, end_s=shot.end_s))
            else:
                continue
            now[said] = place
        before = now
    return tuple(found)
