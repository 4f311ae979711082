"""Numbers and verdicts, as a reader sees them."""

import math

import pytest

from wares.evaluation.page import words
from wares.evaluation.records import Difference


def difference(mean: float, p_holm: float) -> Difference:
    return Difference(
        measure="nDCG@10",
        baseline="a",
        system="b",
        mean=mean,
        low=mean - 0.01,
        high=mean + 0.01,
        p=p_holm / 6,
        p_holm=p_holm,
        wins=2,
        losses=1,
        ties=0,
        n=3,
    )


@pytest.mark.parametrize(
    ("mean", "p", "said"),
    [
        (0.1, 0.04, "better"),
        (-0.1, 0.04, "worse"),
        (0.1, 0.05, "open"),
        (-0.1, 0.3, "open"),
        (0.0, 0.0, "open"),
        (0.1, math.nan, "open"),
    ],
)
def test_a_verdict_needs_the_corrected_test(mean, p, said):
    assert words.outcome(difference(mean, p)) == said


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (words.number(0.71249), "0.712"),
        (words.number(-1.0), "−1.000"),
        (words.number(None), "–"),
        (words.number(math.nan), "–"),
        (words.signed(0.0123), "+0.012"),
        (words.signed(-0.0123), "−0.012"),
        (words.signed(-0.0001), "0.000"),
        (words.signed(math.inf), "–"),
        (words.percent(0.714), "71 %"),
        (words.percent(0.0004), "< 1 %"),
        (words.percent(0.9996), "> 99 %"),
        (words.percent(1.0), "100 %"),
        (words.percent(None), "–"),
        (words.chance(0.0004), "< 0.001"),
        (words.chance(0.0123), "= 0.012"),
        (words.chance(0.5), "= 0.50"),
        (words.milliseconds(0.123), "0.12"),
        (words.milliseconds(3.14), "3.1"),
        (words.milliseconds(84.4), "84"),
        (words.milliseconds(1250.0), "1,250"),
        (words.counted(1, "question"), "1 question"),
        (words.counted(2000, "question"), "2,000 questions"),
        (words.clip("a  b\nc", 9), "a b c"),
        (words.clip("abcdef", 4), "abc…"),
        (words.meaning("P@1"), "share of the shown products that are right, among the first 1"),
        (words.meaning("Unheard@3"), ""),
    ],
)
def test_numbers_read_alike_everywhere(shown, text):
    assert shown == text
