"""The numbers under barcodes, in one form.

GTIN-8, UPC-A (12 digits), EAN-13 and GTIN-14 are one number with zeros before it, and an ISBN-10 is an EAN-13 that
begins with 978 (GS1 General Specifications, 7.9; ISO 2108).
"""

from __future__ import annotations

import re

_LENGTHS = (8, 12, 13, 14)
#: A number among others in a code of GS1: "(01)09506000134352(17)260101", ".../01/09506000134352?17=260101".
_WITHIN = re.compile(r"\(01\)\s?(\d{14})|https?://\S+?/01/(\d{8,14})(?![\d])")
_JOINTS = re.compile(r"[\s-]")
_BOOKS = "978"


def gtin14(text: str) -> str:
    """A trade item number in its 14 digits, spaces and hyphens left out, or "" for anything else: its last digit
    checks the others, which tells it from what merely has its length. Equal ones are the same goods."""
    digits = _JOINTS.sub("", text)
    if not (digits.isascii() and digits.isdecimal()) or len(digits) not in _LENGTHS or not digits.strip("0"):
        return ""
    full = digits.zfill(14)
    return full if _check_digit(full[:-1]) == full[-1] else ""


def code_words(text: str) -> tuple[str, ...]:
    """What to look up to find the goods with a code, as read and then in the other ways in which feeds write it.

    Of a trade item number those are its 14, 13, 12 and 8 digits, as far as only zeros are left out, and of a book its
    ISBN-10; of a GS1 code that holds one, the same. Of anything else it is the text itself.
    """
    within = _WITHIN.search(text)
    said = (within[1] or within[2]) if within else _JOINTS.sub("", text)
    full = gtin14(said) or gtin14(_ean_of_book(said))
    if not full:
        return (text,) if text.strip() else ()
    shorter = (full[14 - length :] for length in sorted(_LENGTHS, reverse=True))
    forms = [form for form in shorter if len(form) >= len(full.lstrip("0"))]
    book = _book(full[1:]) if full.startswith("0" + _BOOKS) else ""
    return tuple(dict.fromkeys(filter(None, (said, *forms, book))))


def _check_digit(digits: str) -> str:
    """The digit that follows: weights 3, 1, 3 … from the right."""
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _book(ean: str) -> str:
    """The ISBN-10 of an EAN-13 that begins with 978."""
    digits = ean[3:12]
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True))
    return digits + "0123456789X"[-total % 11]


def _ean_of_book(isbn: str) -> str:
    """The EAN-13 of an ISBN-10, or "" for anything else."""
    if not re.fullmatch(r"[0-9]{9}[0-9Xx]", isbn):
        return ""
    ean = _BOOKS + isbn[:9]
    ean += _check_digit(ean)
    return ean if _book(ean) == isbn.upper() else ""
