"""Every aspect has a name in every language of the storefront."""

import pytest

from wares.reviews import lexicon
from wares.server.pages.words import LANGUAGES, texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_aspect_has_a_name(language: str) -> None:
    known = {key.removeprefix("aspect.") for key in texts(language) if key.startswith("aspect.")}
    assert known == set(lexicon.names())
