"""The numbers under barcodes and the ways in which feeds write them."""

import pytest

from wares.gtins import code_words, gtin14


@pytest.mark.parametrize("text", ["036000291452", "0036000291452", "00036000291452", "0 36000 29145 2"])
def test_one_number_has_one_form_whatever_zeros_stand_before_it(text: str) -> None:
    assert gtin14(text) == "00036000291452"


@pytest.mark.parametrize(
    "text", ["", "4006381333930", "12345", "0000000000000", "hello", "4006381333931x", "٤٠٠٦٣٨١٣٣٣٩٣١"]
)
def test_what_is_no_trade_item_number_has_none(text: str) -> None:
    assert gtin14(text) == ""


def test_a_number_is_looked_up_in_every_length_that_holds_it() -> None:
    assert code_words("036000291452") == ("036000291452", "00036000291452", "0036000291452")
    assert code_words("4006381333931") == ("4006381333931", "04006381333931")
    assert code_words("00000096385074")[-1] == "96385074"
    assert code_words("14006381333938") == ("14006381333938",)


def test_a_book_is_looked_up_by_both_its_numbers() -> None:
    assert "0306406152" in code_words("978-0-306-40615-7")
    assert "9780306406157" in code_words("0-306-40615-2")
    assert "080442957X" in code_words("9780804429573")
    assert "9780804429573" in code_words("080442957X")


@pytest.mark.parametrize("text", ["(01)09506000134352(17)260101", "https://id.gs1.org/01/09506000134352?17=260101"])
def test_a_number_within_a_code_of_gs1_is_what_is_looked_up(text: str) -> None:
    assert code_words(text) == ("09506000134352", "9506000134352")


def test_any_other_text_is_looked_up_as_it_is() -> None:
    assert code_words("LOT 42") == ("LOT 42",)
    assert code_words("4006381333930") == ("4006381333930",)
    assert code_words("0306406153") == ("0306406153",)
    assert code_words("  ") == ()
