"""Tokens: how they are made, read, and kept.

A token is ``wares_<id>_<secret>``. The secret is 256 random bits, so the store keeps its plain SHA-256: slow hashes
with salts guard what people make up and others can guess, and nobody guesses 256 bits.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import NamedTuple

PREFIX = "wares"
#: Characters of an id: base32 of 40 bits.
ID_LENGTH = 8
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#: Characters of a secret: 62**43 > 2**256.
SECRET_LENGTH = 43


class Token(NamedTuple):
    """A token, taken apart. It has a secret in it: neither printed nor logged."""

    id: str
    secret: str

    def __str__(self) -> str:
        return f"{PREFIX}_{self.id}_{self.secret}"

    def __repr__(self) -> str:
        return f"{PREFIX}_{self.id}_…"


def new_id() -> str:
    """A public id."""
    return "".join(secrets.choice(_BASE32) for _ in range(ID_LENGTH))


def new_secret() -> str:
    """32 random bytes in letters and digits, which a double click selects whole."""
    number, digits = int.from_bytes(secrets.token_bytes(32)), ""
    while len(digits) < SECRET_LENGTH:
        number, digit = divmod(number, 62)
        digits += _BASE62[digit]
    return digits


def read(text: str) -> Token | None:
    """A token out of what a caller showed; None when it has not the shape of one."""
    prefix, _, rest = text.partition("_")
    id, _, secret = rest.partition("_")
    shaped = prefix == PREFIX and len(id) == ID_LENGTH and len(secret) == SECRET_LENGTH and text.isascii()
    return Token(id, secret) if shaped else None


def digest(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()
