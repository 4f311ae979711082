"""Where hits matched in their media, as cards and players tell it."""

from __future__ import annotations

import pytest

from wares.records import Contribution, Hit, MatchedMedia, MatchedPassage, Media, Passage, Product, Segment
from wares.server.pages import places
from wares.server.pages.words import Words

FILM, SOUND, BOX = "/media/a/0/k", "/media/b/1/k", "/media/c/2/k"
PRODUCT = Product(id="k", title="Kettle", media=(Media(FILM, "video"), Media(SOUND, "audio"), Media(BOX)))
SAID = MatchedPassage(
    FILM, "video", Passage(kind="speech", text="The lid is made of bamboo.", start_s=12, end_s=18), ((19, 25),)
)
WRITTEN = MatchedPassage(BOX, "image", Passage(kind="label", text="BAMBOO", box=(0.1, 0.2, 0.5, 0.3)), ((0, 6),))
SHOT = MatchedMedia(FILM, "video", 0.8, Segment(start_s=30, end_s=35, poster_s=32))


def hit(*passages: MatchedPassage, media: MatchedMedia | None = None, words: float = 0.5, look: float = 0.1) -> Hit:
    why = (Contribution("text", "words", words), Contribution("text", "look.image", look))
    return Hit(id="k", title="Kettle", score=1.0, product=PRODUCT, media=media, why=why, passages=passages)


def test_what_was_said_is_the_place_where_words_count_most() -> None:
    found = places.place(hit(SAID, media=SHOT))
    assert found is not None and (found.source, found.span, found.poster_s) == (FILM, "0:12–0:18", 13)


def test_what_is_seen_is_the_place_where_looks_count_most() -> None:
    found = places.place(hit(SAID, media=SHOT, words=0.1, look=0.5))
    assert found is not None and (found.span, found.poster_s) == ("0:30–0:35", 32)


@pytest.mark.parametrize(
    ("media", "span"),
    [
        (MatchedMedia(SOUND, "audio", 0.9, Segment(start_s=0, end_s=0.3)), ""),
        (MatchedMedia(SOUND, "audio", 0.9, Segment(start_s=10, end_s=20)), "0:10–0:20"),
        (MatchedMedia(FILM, "video", 0.9), ""),
    ],
)
def test_a_span_is_told_of_a_part_that_matches(media: MatchedMedia, span: str) -> None:
    found = places.place(hit(media=media))
    assert found is not None and found.span == span


def test_players_begin_where_it_matched_or_where_the_address_says() -> None:
    film, sound = places.players(PRODUCT.media, hit(SAID))
    assert (film.src, film.poster, sound.src) == (f"{FILM}#t=12.0", f"{FILM}?at=12.0&w=640", SOUND)
    film, _ = places.players(PRODUCT.media, hit(SAID), 31.5)
    assert film.src == f"{FILM}#t=31.5"
    film, sound = places.players(PRODUCT.media, None, 4)
    assert (film.src, sound.src) == (f"{FILM}#t=4.0", SOUND)


def test_words_are_marked_and_their_box_is_drawn_on_the_picture() -> None:
    said, written = places.found(hit(SAID, WRITTEN), Words("en"))
    assert (said.label, said.href) == ("Said at 0:12", f"{FILM}#t=12.0")
    assert "<mark>bamboo</mark>" in said.text
    assert (written.label, written.box) == ("On the label", (85, 185, 430, 130))
    assert written.picture.startswith(BOX)


def test_a_card_tells_of_a_long_passage_the_part_that_matches() -> None:
    text = "It boils one litre of water in three minutes, and the <lid> is made of bamboo."
    long = MatchedPassage(FILM, "video", Passage(kind="speech", text=text, start_s=1), ((54, 59), (71, 77)))
    [told] = places.found(hit(long), Words("zh"), 60)
    assert told.text.startswith("…") and "boils" not in told.text
    assert "<mark>&lt;lid&gt;</mark>" in told.text and "<mark>bamboo</mark>" in told.text
