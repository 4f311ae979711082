"""The secret of a shop's servers, by which they know again what they gave out: addresses of media, sessions."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path

from wares.errors import StoreError

BYTES = 32


class Secret:
    """Signs texts. The same for every worker and after a restart: it lies in ``SHOP/server.secret``, readable for its
    owner only."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of(cls, shop: Path) -> Secret:
        """The secret of a shop, made when there is none yet."""
        path = shop / "server.secret"
        try:
            return cls(_read(path) or _make(path))
        except OSError as refused:
            raise StoreError(f"cannot read or make {path}: {refused.strerror or refused}") from refused

    def sign(self, purpose: str, text: str) -> str:
        """A signature (HMAC-SHA256, RFC 2104, 128 bits of it) of a text for one purpose, safe in an address."""
        mac = hmac.digest(self._key, f"{purpose}\0{text}".encode("utf-8", "surrogatepass"), hashlib.sha256)
        return urlsafe_b64encode(mac[:16]).rstrip(b"=").decode()

    def signed(self, purpose: str, text: str, signature: str) -> bool:
        """Whether a signature is that of this text."""
        own = self.sign(purpose, text)
        return hmac.compare_digest(own.encode(), signature.encode("utf-8", "surrogatepass"))


def _read(path: Path) -> bytes | None:
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        return None
    return found if len(found) >= BYTES else None


def _make(path: Path) -> bytes:
    """Made under another name and linked, so that of two servers that start at once both get the same."""
    made = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(made, path)
    except FileExistsError:
        if len(path.read_bytes()) < BYTES:  # damaged: too short to be secret
            made.replace(path)
    finally:
        made.unlink(missing_ok=True)
    return path.read_bytes()
