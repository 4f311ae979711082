"""What a shop sees with: the channel by which pictures look alike, and the one where words find them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wares.encoders.base import Encoder, Tower
from wares.encoders.derived import kept
from wares.errors import CatalogueError, SetupError
from wares.identify import novelty
from wares.ranking.fusion import build
from wares.settings import FusionSettings
from wares.shop import Shop

if TYPE_CHECKING:
    from wares.encoders.base import Vectors


class Eyes(NamedTuple):
    """``look`` compares pictures with pictures. ``joint`` compares them with what ``words`` encodes; both None
    where words and pictures share no space."""

    look: Encoder
    joint: Encoder | None
    words: Encoder | None

    @property
    def asking(self) -> FusionSettings:
        """The channels that a picture is asked of, for :meth:`~wares.shop.Shop.rehearse`."""
        channels = {encoder.channel: 1.0 for encoder in (self.look, self.joint) if encoder is not None}
        return FusionSettings(
            weights={"image.image": 0.0, "image.seen.image": 0.0, "image.text": 0.0}
            | {f"image.{channel}": weight for channel, weight in channels.items()}
        )


def eyes(shop: Shop) -> Eyes:
    """The eyes of a shop. :class:`SetupError` when its model does not see, :class:`CatalogueError` when there is
    nothing to compare a picture with."""
    encoders = shop.fits.encoders(shop.fit)
    pictures = [encoder for encoder in encoders if encoder.modality == "image"]
    if not pictures:
        raise SetupError(
            f"the model {shop.settings.model!r} of {shop.path} does not see pictures; index the feed into a new "
            "folder with one that does (wares models)"
        )
    if not shop.media_count():
        raise CatalogueError(
            f"no product of {shop.path} has a picture to compare with; add pictures to the feed and index it again"
        )
    texts = {encoder.space: encoder for encoder in encoders if encoder.modality == "text"}
    usual = build(FusionSettings())
    look = max(pictures, key=lambda encoder: usual.weight("image", encoder.channel))
    joint = next((encoder for encoder in pictures if encoder.space in texts), None)
    return Eyes(look, joint, texts[joint.space] if joint else None)


def strangers(shop: Shop, look: Encoder) -> Vectors:
    """Drawn patterns as a shop sees them, (patterns, dims); what the tower makes of them is kept in the cache."""
    tower: Tower = look.tower
    named = f"{novelty.VERSION}\n{novelty.PATTERNS}\n{tower.fingerprint}"
    features, _ = kept(shop.fits.environment, "patterns", named, lambda: tower.features(list(novelty.patterns())))
    return look.project(features)
