"""The client: each verb of a shop is one call, or one call for each batch."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import msgspec

from wares.client import asking, bulk
from wares.client.asking import Medium
from wares.client.calling import Caller
from wares.errors import QueryError, StoreError
from wares.identify.records import Identification
from wares.insight.why import Why
from wares.records import (
    Filter,
    Heard,
    MatchedMedia,
    Media,
    Product,
    Query,
    Reception,
    Results,
    Review,
    Suggestion,
)
from wares.reports import AddReport, Check, OnProgress, Progress, ReviewReport, ShopInfo, VersionInfo
from wares.server.messages import Answer, Explanation, ProductBody, Suggestions

API = "/api/v1"
#: Seconds between two looks at a job.
LOOK_S = 0.5


class _Job(msgspec.Struct):
    id: str
    kind: str = ""
    state: str = ""
    progress: Progress | None = None
    result: Any = None
    error: dict[str, str] | None = None


class _JobBody(msgspec.Struct):
    job: _Job


class _Checks(msgspec.Struct):
    checks: tuple[Check, ...]


class Client:
    """A shop on a server. A context manager; threads may share it.

    ``url`` is where the server is, as in "http://127.0.0.1:8000"; ``key`` one of the shop's keys (default: the
    environment's ``WARES_KEY``); ``timeout_s`` how long one call may take. A call that meets a busy server, or too
    many calls of one key, is made again for some seconds.

    Every verb raises what the same verb of :class:`wares.Shop` raises, :class:`wares.errors.AccessError` when the key
    does not allow it, and :class:`~wares.errors.SetupError` when there is no server at the address.
    """

    def __init__(self, url: str, *, key: str | None = None, timeout_s: float = 60.0) -> None:
        self._caller = Caller(url, os.environ.get("WARES_KEY", "") if key is None else key, timeout_s)

    # -- reading ------------------------------------------------------------------------------------------------

    def search(
        self,
        text: str | Query | None = None,
        *,
        image: Medium | Sequence[Medium] | None = None,
        audio: Medium | Sequence[Medium] | None = None,
        video: Medium | Sequence[Medium] | None = None,
        like: str | Sequence[str] | None = None,
        without: str | Sequence[str] | None = None,
        weights: Mapping[str, float] | None = None,
        where: str | Filter | None = None,
        facets: Sequence[str] = (),
        sort: str = "",
        k: int = 10,
        offset: int = 0,
        parse: bool = True,
        ignore: Sequence[str] = (),
    ) -> Results:
        """Find products; see :meth:`wares.Shop.search`. The ``source`` of media is an address on the server, for
        :meth:`media_bytes`."""
        further = {
            **{"like": _several(like), "without": _several(without), "weights": dict(weights or {})},
            **{"where": asking.written(where), "facets": list(facets), "sort": sort, "limit": k, "offset": offset},
            **{"parse": parse, "ignore": list(ignore)},
        }
        request = _request(text, {"image": image, "audio": audio, "video": video}, further)
        return asking.results(self._caller.call("POST", f"{API}/search", Answer, **request))

    def hear(self, recording: Medium) -> Heard:
        """What a recording says; see :meth:`wares.Shop.hear`. It is sent, wherever it lies."""
        return self._caller.call("POST", f"{API}/hear", Heard, files=[asking.file("audio", recording)])

    def suggest(self, prefix: str, k: int = 8) -> tuple[Suggestion, ...]:
        """What somebody who has typed ``prefix`` may go on to ask; see :meth:`wares.Shop.suggest`."""
        asked = {"q": prefix, "limit": k}
        return self._caller.call("GET", f"{API}/suggest", Suggestions, params=asked).suggestions

    def get(self, id: str) -> Product:
        """The product with an id. :class:`QueryError`, naming the nearest ids, when there is none."""
        return self._caller.call("GET", f"{API}/products/{quote(id, safe='')}", ProductBody).product

    def reception(self, id: str) -> Reception | None:
        """How a product was received by those who reviewed it; None without reviews. Raises as :meth:`get`."""
        return self._caller.call("GET", f"{API}/products/{quote(id, safe='')}", ProductBody).reception

    def products(self) -> Iterator[Product]:
        """Every product, in the order in which they came; fetched as they are asked for."""
        headers = {"Accept": "application/x-ndjson"}
        with self._caller.stream("GET", f"{API}/products", headers=headers) as lines:
            yield from bulk.products(lines)

    def why(self, query: str | Query | None, id: str, *, image: Medium | Sequence[Medium] | None = None) -> Why:
        """What became of a product when a question was asked; see :func:`wares.insight.why.why`."""
        path = f"{API}/why/{quote(id, safe='')}"
        return asking.why(self._caller.call("POST", path, Explanation, **_request(query, {"image": image})))

    def identify(self, picture: Medium, k: int = 5, *, sure: float = 0.5) -> Identification:
        """What is in a picture; see :func:`wares.identify.identify`."""
        request = asking.request({}, {"image": [picture]})
        fields = {"k": str(k), "sure": str(sure)}
        if "files" in request:
            request = {"files": request["files"], "data": fields}
        else:
            request = {"data": {**fields, "image": request["json"]["image"]}}
        return self._caller.call("POST", f"{API}/identify", Identification, **request)

    def info(self) -> ShopInfo:
        """What the shop holds."""
        return self._caller.call("GET", f"{API}/info", ShopInfo)

    def check(self) -> list[Check]:
        """A check-up: whether the store can be read, the index agrees with it, the model is there, and rules fire."""
        return list(self._caller.call("GET", f"{API}/checks", _Checks).checks)

    def media_bytes(self, medium: Media | MatchedMedia) -> bytes:
        """The bytes of a medium of an answer; pictures as the server shows them, at most 1,600 pixels wide."""
        source = str(medium.source)
        if not source.startswith("/media/"):
            raise QueryError("the medium has no address on this server; take one out of its answer")
        return self._caller.send("GET", source, params={"w": 1600} if medium.modality == "image" else {}).content

    def __len__(self) -> int:
        return self.info().products

    # -- writing ------------------------------------------------------------------------------------------------

    def add(self, catalogue: Iterable[Product], *, progress: OnProgress | None = None) -> AddReport:
        """Add new products and replace changed ones; see :meth:`wares.Shop.add`. Sent in batches, each acknowledged
        when it is stored and can be found. Pictures that are files of this machine are sent along.

        :class:`~wares.errors.CatalogueError` at the end, naming the first, when some could not be added; the others
        are in the shop.
        """
        return bulk.add(self._caller, catalogue, progress)

    def remove(self, ids: Iterable[str]) -> int:
        """Remove products; how many there were. Unknown ids are ignored."""
        return bulk.remove(self._caller, ids)

    def add_reviews(self, reviews: Iterable[Review], *, progress: OnProgress | None = None) -> ReviewReport:
        """Keep what people say of products; see :meth:`wares.Shop.add_reviews`. Returns when it is summed up."""
        feed = b"\n".join(msgspec.json.encode(review) for review in reviews)
        if not feed:
            return ReviewReport()
        request = {"data": {"kind": "reviews"}, "files": {"feed": ("reviews.jsonl", feed)}}
        return msgspec.convert(self._done(progress, **request).result, ReviewReport)

    def record(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Keep what people did, as UBI 1.3 has it; returns when they are stored."""
        self._caller.send("POST", f"{API}/events", json=list(events))

    def rebuild(self, progress: OnProgress | None = None) -> VersionInfo:
        """Build the index anew, and switch to it; returns when that is done."""
        return self._job("rebuild", progress)

    def rollback(self) -> VersionInfo:
        """Go back to the index version before."""
        return self._job("rollback", None)

    # -- end ----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the connections."""
        self._caller.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _job(self, kind: str, progress: OnProgress | None) -> VersionInfo:
        self._done(progress, json={"kind": kind})
        return next(version for version in self.info().versions if version.live)

    def _done(self, progress: OnProgress | None, **request: Any) -> _Job:
        """A job that was asked for so, when it is done."""
        job = self._caller.call("POST", f"{API}/jobs", _JobBody, **request).job
        while job.state in ("queued", "running"):
            if progress is not None and job.progress is not None:
                progress(job.progress)
            time.sleep(LOOK_S)
            job = self._caller.call("GET", f"{API}/jobs/{job.id}", _JobBody).job
        if job.state != "done":
            told = (job.error or {}).get("message", "") or f"the job is {job.state}"
            raise StoreError(f"{job.kind} on {self._caller.address}: {told}")
        return job


def _request(
    text: str | Query | None,
    given: Mapping[str, Medium | Sequence[Medium] | None],
    further: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What httpx is given to ask: a query as it is, or words and media with what else is asked."""
    if isinstance(text, Query):
        return asking.request(*asking.of_query(text))
    return asking.request({"text": text, **(further or {})}, {name: _several(own) for name, own in given.items()})


def _several(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str | Path | bytes) else tuple(value)
