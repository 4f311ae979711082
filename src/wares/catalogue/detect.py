"""Which format a feed has, judged by what is in it; its name is only asked when the content could be two things."""

from __future__ import annotations

import re

import msgspec

from wares.catalogue.feed import Feed
from wares.errors import CatalogueError

READ = "CSV, TSV, JSON, JSON Lines, Parquet, Google Merchant XML, Shopify JSON and schema.org JSON-LD are read"

#: First bytes of files that are often given by mistake, and what to say.
_SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook (save it as CSV)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file (save it as CSV)"),
    (b"SQLite format 3", "an SQLite database"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 file (unpack it first)"),
    (b"\xfd7zXZ", "an xz file (unpack it first)"),
    (b"\x28\xb5\x2f\xfd", "a zstd file (unpack it first)"),
    (b"OggS", "a sound or video"),
    (b"ID3", "a sound"),
)  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ROOT = re.compile(r"<([A-Za-z_][\w.\-]*:)?([A-Za-z_][\w.\-]*)[\s/>]")
_HTML = re.compile(r"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]|<script[\s>]", re.IGNORECASE)
# What tells a kind of JSON by the names in its beginning, all of which must be there.
_JSON_MARKS = (
    ("jsonld", ('"@type"',)),
    ("saleor", ('"model"', '"pk"', '"fields"')),
    ("shopify", ('"handle"', '"body_html"')),
    ("shopify", ('"handle"', '"variants"', '"option1"')),
)  # fmt: skip


def detect(feed: Feed) -> str:
    """The name of the format; raises :class:`CatalogueError` that says what was found instead of a feed."""
    try:
        head = feed.head
    except (OSError, EOFError) as error:
        raise CatalogueError(f"cannot be read: {error}", source=feed.name) from error
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise CatalogueError("the file is empty", source=feed.name)
    if head.startswith(b"PAR1"):
        return "parquet"
    found = next((what for mark, what in _SIGNATURES if head.startswith(mark)), "")
    text = "" if found else feed.beginning()
    if not found and (_CONTROL.search(text[:1000]) and text[:1000].count("\0") != 1):
        found = "no text"
    if found:
        raise CatalogueError(f"this is {found}; {READ}", source=feed.name)
    text = text.lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        return _markup(feed, text)
    return _json(text) if text.startswith(("{", "[")) else "csv"


def _markup(feed: Feed, text: str) -> str:
    root = _ROOT.search(re.sub(r"<!--.*?-->|<\?.*?\?>", "", text, flags=re.DOTALL))
    name = root[2].lower() if root else ""
    if name in ("rss", "feed", "rdf", "channel"):
        return "merchant"
    if not _HTML.search(text):
        raise CatalogueError(f"this is XML (<{name}>), but neither RSS 2.0 nor Atom; {READ}", source=feed.name)
    return "jsonld"


def _json(text: str) -> str:
    first, _, rest = text.partition("\n")
    if text.startswith("{") and (_is_object(first) and (rest.strip() or not _holds_list(first))):
        return "jsonl"
    return next((name for name, marks in _JSON_MARKS if all(mark in text for mark in marks)), "json")


def _is_object(line: str) -> bool:
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False


def _holds_list(line: str) -> bool:
    """Whether a one-line document is a wrapper around products rather than a product."""
    from wares.catalogue.json_rows import KEYS

    document = msgspec.json.decode(line)
    return "@type" in document or "@graph" in document or any(isinstance(document.get(key), list) for key in KEYS)
