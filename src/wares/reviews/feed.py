"""Reviews out of feeds: CSV, TSV, JSON, JSON Lines and Parquet, by the usual names of their columns.

What says who wrote a review has no place in a :class:`~wares.records.Review`: names, addresses, profiles and all
other columns are left where they are, and e-mail addresses, telephone numbers, links and account names are taken out
of what is written.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from os import PathLike, fspath
from typing import Any

import msgspec

from wares import registry
from wares.catalogue import GROUP, READERS, values
from wares.catalogue.base import Reader, good_rows
from wares.catalogue.columns import plain
from wares.catalogue.detect import detect
from wares.catalogue.feed import Feed
from wares.catalogue.text import plain_text
from wares.errors import CatalogueError
from wares.records import Review

#: The formats that reviews are read from.
FORMATS = ("csv", "tsv", "json", "jsonl", "parquet")
#: Longer texts and titles are cut.
MAX_TEXT, MAX_TITLE = 5_000, 200
#: Problems that are kept; all are counted.
KEPT = 1000

#: Which columns hold what, in order of trust, as :func:`wares.catalogue.columns.plain` writes their names.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    name: tuple(names.split())
    for name, names in {
        "product": "product_id productid item_id asin parent_asin product_sku sku product item product_code gtin "
        "商品id 商品编号 产品id 产品编号 商品",
        "text": "text review_text review_body content body comment comments review reviewbody message "
        "评论 评论内容 评价 评价内容 内容",
        "title": "title summary review_title review_headline headline subject 标题 评论标题",
        "rating": "rating stars overall star_rating score rating_value review_rating ratings 评分 星级 打分",
        "id": "id review_id reviewid uuid 评论id 评价id",
        "language": "language lang review_language content_language locale 语言",
        "date": "date review_date review_timestamp submission_time created_at timestamp unix_review_time "
        "date_published review_time time 日期 评论时间 评价时间 时间",
    }.items()
}


class ReviewFeed:
    """Reviews of one or several feeds. Every iteration reads anew, a row at a time.

    A row that cannot be used is left out and told to ``on_problem``; ``problems`` holds the first 1,000 of
    ``problem_count``. ``map`` says which column holds what ({"product": "artnr"}) where recognition errs. Raises
    :class:`CatalogueError` for a file that holds no reviews.
    """

    def __init__(
        self,
        sources: Sequence[str | PathLike[str]],
        *,
        map: Mapping[str, str] | None = None,
        on_problem: Callable[[CatalogueError], None] = lambda problem: None,
    ) -> None:
        self._feeds = [Feed(fspath(source)) for source in sources]
        self._map = dict(map or {})
        if unknown := [name for name in self._map if name not in COLUMNS]:
            raise CatalogueError(f"a review has no {unknown[0]!r}; it has {', '.join(COLUMNS)}")
        self._readers = [_reader(feed) for feed in self._feeds]
        self._on_problem = on_problem
        self.problems: list[CatalogueError] = []
        self.problem_count = 0

    def __iter__(self) -> Iterator[Review]:
        self.problems, self.problem_count = [], 0
        for feed, reader in zip(self._feeds, self._readers, strict=True):
            columns: dict[str, list[str]] = {}
            for row in good_rows(reader, feed, self._report):
                if not row.cells.keys() <= columns.keys():
                    _place(columns, row.cells, self._map)
                try:
                    yield _review(row.cells, columns)
                except CatalogueError as error:
                    self._report(error, feed, row.line)

    def _report(self, error: CatalogueError, feed: Feed, line: int | None) -> None:
        problem = CatalogueError(error.reason, source=feed.name, line=line or None, column=error.column)
        self.problem_count += 1
        if len(self.problems) < KEPT:
            self.problems.append(problem)
        self._on_problem(problem)


def key_of(review: Review) -> str:
    """What tells a review of a product from another: its id, or else a hash of what it says."""
    if review.id:
        return f"id {review.id}"
    said = msgspec.json.encode((review.title, review.text, review.rating, review.date))
    return hashlib.blake2b(said, digest_size=16).hexdigest()


def scrubbed(text: str) -> str:
    """A text without e-mail addresses, links, telephone numbers and account names."""
    lines = (" ".join(line.split()) for line in _PERSONAL.sub(" … ", text).splitlines())
    return "\n".join(line for line in lines if line)


_PERSONAL = re.compile(
    r"[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}"
    r"|(?:https?://|www\.)[^\s\u3000-\u9fff]+"
    r"|(?<![\w@])@\w{2,64}"
    r"|(?:qq|vx|wechat|微信|whatsapp|telegram)号?\s*[:：]?\s*[a-z0-9_-]{5,}"
    r"|(?<![\d.])\+?(?:\d{8,15}|\d(?:[\s().-]{0,2}\d){8,14})(?![\d.]*\d)",
    re.IGNORECASE,
)


def _reader(feed: Feed) -> Reader:
    name = detect(feed)
    if name not in FORMATS:
        raise CatalogueError(f"reviews are read from {', '.join(FORMATS)}; this is {name}", source=feed.name)
    reader: Reader = registry.load(GROUP, READERS, name)()
    return reader


def _place(columns: dict[str, list[str]], seen: Mapping[str, Any], chosen: Mapping[str, str]) -> None:
    """Learn which columns there are: by column, the targets that it may hold, best first."""
    for column in seen:
        own = [target for target, names in COLUMNS.items() if plain(column) in names]
        columns[column] = [target for target, named in chosen.items() if named == column] or own


def _cell(cells: Mapping[str, Any], columns: Mapping[str, Sequence[str]], target: str) -> tuple[str, Any]:
    """The most trusted column of a target that is not empty, and its cell; ("", None) for none."""
    order = COLUMNS[target]
    able = [name for name in cells if target in columns[name] and cells[name] not in (None, "")]
    trusted = sorted(able, key=lambda name: order.index(plain(name)) if plain(name) in order else -1)
    return (trusted[0], cells[trusted[0]]) if trusted else ("", None)


def _review(cells: Mapping[str, Any], columns: Mapping[str, Sequence[str]]) -> Review:
    found: dict[str, Any] = {}
    for target, make in _MAKERS.items():
        column, cell = _cell(cells, columns, target)
        if column:
            try:
                found[target] = make(cell)
            except CatalogueError as error:
                raise CatalogueError(error.reason, column=column) from None
    if "product" not in found:
        raise CatalogueError(f"no id of a product; it is looked for in {', '.join(COLUMNS['product'][:5])} …")
    found.setdefault("text", "")
    if not (found["text"] or found.get("title") or found.get("rating")):
        raise CatalogueError("neither a text nor stars")
    return Review(**found)


def _text(most: int) -> Callable[[Any], str]:
    return lambda cell: scrubbed(plain_text(values.checked(values.text(cell)))[: most * 2])[:most]


def _stars(cell: Any) -> float:
    if isinstance(cell, str):
        written = re.fullmatch(r"\s*(\d(?:[.,]\d+)?)\s*(?:/\s*5|out of 5|stars?|星|分)?\s*", cell, re.IGNORECASE)
        cell = written[1] if written else cell
    stars = values.rating(cell, ".")
    if stars < 1:
        raise CatalogueError(f"the rating {cell!r:.40} is not between 1 and 5")
    return stars


def _language(cell: Any) -> str:
    known = re.match(r"[a-z]{2}(?![a-z])", values.text(cell).strip().lower())
    return known[0] if known else ""


def _date(cell: Any) -> str:
    """ISO 8601, from that or from seconds (or milliseconds) since 1970; "" for what is no date."""
    written = values.text(cell).strip()
    try:
        if re.fullmatch(r"\d{9,13}", written):
            seconds = int(written) / (1000 if len(written) > 10 else 1)
            return datetime.fromtimestamp(seconds, UTC).date().isoformat()
        return date.fromisoformat(written[:10].replace("/", "-")).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


_MAKERS: Mapping[str, Callable[[Any], Any]] = {
    "product": values.identifier,
    "text": _text(MAX_TEXT),
    "title": _text(MAX_TITLE),
    "rating": _stars,
    "id": values.identifier,
    "language": _language,
    "date": _date,
}
