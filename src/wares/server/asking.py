"""Questions out of requests: words of an address, JSON, or a form with files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from wares.asking import parts_of
from wares.errors import QueryError
from wares.query import filters
from wares.records import Filter, Part, Product, Query
from wares.server import pictures
from wares.server.errors import NotThere, WrongType, decoded
from wares.server.messages import Question
from wares.server.narrowing import vetted
from wares.server.sight import sees

if TYPE_CHECKING:
    from starlette.datastructures import FormData, QueryParams
    from starlette.requests import Request

    from wares.server.access import Caller
    from wares.server.serving import Serving

#: Names of an address or a form that may stand there several times.
_SEVERAL = {"image", "audio", "video", "like", "without", "unlike", "facet", "ignore"}
_ONCE = {
    "q": "text",
    "text": "text",
    "where": "where",
    "sort": "sort",
    "user": "user",
    "session": "session",
    "client": "client",
}
_NUMBERS = ("limit", "offset")
MOST_FILES = 4
#: Media types of a body that is a file of a name; browsers call a recording of theirs a video, too.
_MEDIA_TYPES = {"image": ("image/",), "audio": ("audio/", "video/"), "clip": ("video/", "audio/")}


class Files(NamedTuple):
    """Files that came with a question, by the names that they have in a form."""

    image: tuple[bytes, ...] = ()
    audio: tuple[bytes, ...] = ()
    video: tuple[bytes, ...] = ()


NONE = Files()


async def read(request: Request) -> tuple[Question, Files]:
    """The question of a POST, and the files that came with it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("application/json", ""):
        question = decoded(await request.body() or b"{}", Question, "the question")
        assert isinstance(question, Question)
        return question, NONE
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        async with request.form(max_files=MOST_FILES, max_fields=100) as form:
            return await _of_form(form)
    raise WrongType(f"a question is application/json or multipart/form-data, not {kind[:60]!r}")


async def a_file(request: Request, name: str) -> tuple[bytes, dict[str, str]]:
    """The file of a POST, and the texts beside it: the body, or a form with a file of that name; empty when there is
    none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        async with request.form(max_files=1, max_fields=20) as form:
            found = form.get(name)
            texts = {key: value for key, value in form.items() if isinstance(value, str)}
            return b"" if found is None or isinstance(found, str) else await found.read(), texts
    if kind in ("", "application/octet-stream") or kind.startswith(_MEDIA_TYPES[name]):
        return await request.body(), {}
    wanted = f"{_MEDIA_TYPES[name][0]}…"
    raise WrongType(f"the {name} is the body ({wanted}) or a file of multipart/form-data, not {kind[:60]!r}")


def of_address(params: QueryParams | FormData) -> Question:
    """The question of an address's (or a form's) names and values."""
    values: dict[str, Any] = {name: [v for v in params.getlist(name) if isinstance(v, str)] for name in params}
    given: dict[str, Any] = {}
    for name, texts in values.items():
        if not texts:
            continue
        if name in _SEVERAL:
            given["facets" if name == "facet" else name] = tuple(texts)
        elif name in _ONCE:
            given[_ONCE[name]] = texts[-1]
        elif name in _NUMBERS:
            given[name] = _number(name, texts[-1])
        elif name == "parse":
            given[name] = texts[-1].lower() not in ("0", "false", "no")
        elif name == "weight":
            given["weights"] = dict(_weight(text) for text in texts)
        elif name == "crop":
            given[name] = crop_of(texts[-1])
        elif name != "question":
            raise QueryError(f"unknown parameter {name[:40]!r}")
    return Question(**given)


def query_of(question: Question, caller: Caller, files: Files = NONE) -> Query:
    """What a shop is asked, narrowed to what the caller may see. The media of ``files`` take the place
    of those that it names."""
    text = question.text if question.text.strip() else None
    parts = parts_of(text, files.image, question.like, question.without, question.weights, files.audio, files.video)
    parts += tuple(Part("like", id, -abs(question.weights.get("not", 1.0))) for id in question.unlike)
    return Query(
        parts=parts,
        where=caller.seen(where_of(question.where)),
        facets=question.facets,
        sort=question.sort,
        limit=question.limit,
        offset=question.offset,
        user=question.user,
        parse=question.parse,
        ignore=question.ignore,
    )


def asked(served: Serving, caller: Caller, question: Question, files: Files = NONE) -> Query:
    """What a shop is asked, with the media that are meant: those that came along, were kept, or lie elsewhere."""
    limits = pictures.limits_of(served.shop.settings.media, served.config.limits)
    images = (*files.image, *pictures.fetched(question.image, limits, served.pictures.get))
    clips = partial(pictures.fetched, limits=limits, kept=served.clips.get, giver="clips")
    audio = (*files.audio, *clips(question.audio, called="recording"))
    video = (*files.video, *clips(question.video, called="video"))
    if len(audio) + len(video) > MOST_FILES:
        raise QueryError(f"a question has {MOST_FILES} recordings and videos at most")
    if question.crop is not None and len(images) != 1:
        raise QueryError("crop is the part of one picture; give one picture")
    if caller.where is not None:
        for id in (*question.like, *question.unlike):
            _seen(served, caller, id)
    cut = tuple(pictures.cut(data, question.crop, limits) for data in images)
    query = query_of(question, caller, Files(cut, audio, video))
    if audio and caller.where is not None:  # what is said is vetted like what is typed
        query, _ = served.shop.listened(query)
    return vetted(served, caller, query)


def product_of(served: Serving, caller: Caller, id: str) -> Product:
    """A product that the caller may see. :class:`NotThere` for any other, whether there is one or not."""
    try:
        product = served.shop.get(id)
    except QueryError:
        product = None
    if product is None or not sees(caller, served.shop, product):
        raise NotThere(f"there is no product {id[:60]!r} here")
    return product


def _seen(served: Serving, caller: Caller, id: str) -> None:
    """:class:`QueryError` for a product that the caller does not see, as for one that there is not."""
    try:
        product_of(served, caller, id)
    except NotThere as hidden:
        raise QueryError(str(hidden)) from hidden


def where_of(where: Any) -> Filter | None:
    """A filter out of words or JSON."""
    if where is None or (isinstance(where, str) and not where.strip()):
        return None
    return filters.parse(where) if isinstance(where, str) else filters.from_json(where)


async def _of_form(form: FormData) -> tuple[Question, Files]:
    files: dict[str, tuple[bytes, ...]] = {}
    for name, file in form.multi_items():
        if name in Files._fields and not isinstance(file, str):
            files[name] = (*files.get(name, ()), await file.read())
    told = form.get("question")
    if isinstance(told, str):
        question = decoded(told.encode(), Question, "the field question")
        assert isinstance(question, Question)
    else:
        question = of_address(form)
    return question, Files(**files)


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise QueryError(f"{name} is a whole number, not {text[:40]!r}") from None


def _weight(text: str) -> tuple[str, float]:
    name, _, number = text.partition("=")
    try:
        return name, float(number)
    except ValueError:
        raise QueryError(f"a weight is PART=NUMBER, as in image=0.7, not {text[:40]!r}") from None


def crop_of(text: str) -> tuple[float, float, float, float]:
    """The part of a picture out of the words of an address."""
    try:
        left, top, width, height = (float(part) for part in text.split(","))
    except ValueError:
        raise QueryError(f"crop is left,top,width,height as shares of the picture, not {text[:40]!r}") from None
    return left, top, width, height
