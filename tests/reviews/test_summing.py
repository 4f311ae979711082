"""What the reviews of one product come to."""

import pytest

from wares.records import Review
from wares.reviews.summing import MOST_OPINIONS, WORDS, aspects_of, summed, verdict
from wares.reviews.tones import Tones


def reviews(*said: str | tuple[str, float]) -> list[Review]:
    pairs = [(one, None) if isinstance(one, str) else one for one in said]
    return [Review(product="a", text=text, rating=stars) for text, stars in pairs]


def aspects(*said: str | tuple[str, float]) -> dict[str, tuple[int, int]]:
    reception, _ = summed(reviews(*said), Tones())
    return {one.aspect: (one.praised, one.criticised) for one in reception.opinions}


@pytest.mark.parametrize(
    ("praised", "criticised", "expected"),
    [(3, 0, "praised"), (0, 3, "criticised"), (2, 0, ""), (12, 2, "praised"), (5, 5, "mixed"), (3, 1, "mixed")],
)
def test_a_verdict_needs_enough_voices_that_agree(praised: int, criticised: int, expected: str) -> None:
    assert verdict(praised, criticised) == expected


def test_aspects_are_judged_apart() -> None:
    said = aspects(
        "Great sound but the battery died", "The sound is superb and the battery is bad", "音质很好，电池太差"
    )
    assert said["sound"] == (3, 0)
    assert said["battery"] == (0, 3)


def test_a_review_has_one_voice_on_an_aspect() -> None:
    assert aspects("Bad battery. Terrible battery! The battery died. Awful battery.")["battery"] == (0, 1)


def test_a_clause_that_names_nothing_goes_on_about_the_one_before() -> None:
    assert aspects("The battery? Terrible.")["battery"] == (0, 1)


def test_stars_speak_for_clauses_without_a_tone() -> None:
    assert aspects(("I bought it for the screen", 5))["screen"] == (1, 0)
    assert aspects(("I bought it for the screen", 1))["screen"] == (0, 1)
    assert "screen" not in aspects(("I bought it for the screen", 3))


def test_a_word_of_two_aspects_means_what_is_spoken_of_more() -> None:
    assert aspects("味道不错", "口感很好", "很好吃") == {"taste": (3, 0)}
    assert aspects("味道不错", "气味好闻") == {"smell": (2, 0)}


def test_quotes_are_of_the_plainest_clause() -> None:
    reception, _ = summed(reviews("battery ok. The battery is excellent", "the battery died, sadly"), Tones())
    [battery] = reception.opinions
    assert battery.praise == "the battery is excellent"
    assert battery.criticism == "the battery died"


def test_the_mean_counts_reviews_with_stars() -> None:
    reception, _ = summed(reviews(("good", 5), ("bad", 2), "fine"), Tones())
    assert (reception.reviews, reception.rated, reception.rating) == (3, 2, 3.5)
    assert summed(reviews("fine"), Tones())[0].rating is None


def test_words_and_opinions_are_bounded() -> None:
    long = [f"good {name} number {n} " + "x" * 50 for n in range(400) for name in ("battery", "sound", "price")]
    reception, words = summed(reviews(*long), Tones())
    assert len(words) <= WORDS
    assert len(reception.opinions) <= MOST_OPINIONS


def test_the_order_of_reviews_does_not_matter() -> None:
    said = reviews("Great sound", "Bad sound", "味道不错", "口感很好")
    assert summed(said, Tones())[0] == summed(said[::-1], Tones())[0]


@pytest.mark.parametrize("text", ["the charging case", "case problems", "充电盒"])
def test_longer_names_come_first(text: str) -> None:
    assert aspects_of(text) == ["case"]
