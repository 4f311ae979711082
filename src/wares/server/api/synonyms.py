"""``/synonyms`` and ``/stop-words``: words that stand for others, and words that questions do without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool

from wares.errors import QueryError, SetupError
from wares.merchandising import preview, word_files
from wares.merchandising.desk import STOP_WORDS, SYNONYMS
from wares.query import synonym_files
from wares.query.stop_words import StopWord
from wares.query.synonym_files import Placed
from wares.query.synonyms import Synonym
from wares.records import Part
from wares.records import Query as Asked
from wares.server import asking, desks, serving
from wares.server.access import Caller, may
from wares.server.api.rules import PREVIEW, Alone, Changed, Preview, shown
from wares.server.errors import NotThere, Unfit, decoded, of_the_asker
from wares.server.messages import Detail, Json
from wares.server.openapi import answers, takes

router = APIRouter(tags=["synonyms"])
Admin = Annotated[Caller, Depends(may("admin"))]
Language = Annotated[Literal["en", "zh"] | None, Query(description="The language of those that say none.")]
T = TypeVar("T")


class Synonyms(msgspec.Struct, frozen=True):
    """Words that stand for each other, or (``meant``) for others."""

    synonym: tuple[Synonym, ...]


class StopWords(msgspec.Struct, frozen=True):
    """Words that questions do without; ``kept``: that they are not to do without."""

    stop: tuple[StopWord, ...]


class WordsTrial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question, and synonyms and stop words that are not kept yet: besides those that there are, or ``alone``."""

    text: str = ""
    where: Any = None
    limit: int = 10
    synonym: list[Any] = []
    stop: list[Any] = []
    alone: bool = False


_SYNONYMS = Synonyms((Synonym(("sofa", "couch")), Synonym(("sneaker",), ("trainer",), "en")))
_STOP = StopWords((StopWord("buy", "en"),))
_PUT = {409: "there would be too many", 422: "they cannot be kept; `details` has what is wrong"}


@router.get("/synonyms", summary="All synonyms", responses=answers(Synonyms, "The synonyms.", example=_SYNONYMS))
def all_synonyms(request: Request, caller: Admin) -> Json:
    """The synonyms of the shop, as a file that ``POST /synonyms`` and ``wares synonyms import`` read."""
    with desks.desk(serving.of(request), caller) as desk:
        return Json(Synonyms(tuple(desk.synonyms.all())))


@router.post(
    "/synonyms",
    summary="Keep synonyms",
    responses=answers(Changed, "What changed.", example=Changed(("sofa, couch",)), others=_PUT),
    openapi_extra=takes(Synonyms, example=_SYNONYMS, text="sofa, couch\nsneaker => trainer"),
)
async def put_synonyms(request: Request, caller: Admin, language: Language = None, alone: Alone = False) -> Json:
    """Keep synonyms besides those that there are, or in place of all. All of them or none. As JSON, or as text with a
    line for each: ``sofa, couch`` both ways, ``sneaker => trainer`` one way."""
    body, kind = await request.body(), request.headers.get("content-type", "")

    def kept() -> Changed:
        new = _synonyms(body, kind, language)
        with desks.desk(serving.of(request), caller) as desk:
            desks.room(SYNONYMS, desk.synonyms, [one.synonym for one in new], alone)
            return Changed(tuple(_unfit(lambda: desk.put_synonyms(new, alone=alone))))

    return Json(await run_in_threadpool(kept))


@router.post(
    "/synonyms/preview",
    summary="What synonyms would change",
    responses=answers(Preview, "The answer without them and with them.", example=PREVIEW, others=_PUT),
    openapi_extra=takes(WordsTrial, example={"text": "sofa", "synonym": [{"said": ["sofa", "couch"]}]}),
)
async def try_words(request: Request, caller: Admin) -> Json:
    """The first hits of a question as words are now, and with synonyms and stop words that are not kept yet, side by
    side. Nothing is kept."""
    trial: WordsTrial = decoded(await request.body() or b"{}", WordsTrial, "the trial")

    def tried() -> Preview:
        served = serving.of(request)
        parts = (Part("text", trial.text),) if trial.text.strip() else ()
        query = Asked(parts=parts, where=caller.seen(asking.where_of(trial.where)), limit=trial.limit)
        with desks.desk(served, caller) as desk, of_the_asker():
            placed = word_files.synonyms_of(trial.synonym, "the synonyms")
            stop = word_files.stop_words_of(trial.stop, "the stop words")
            wording = _unfit(lambda: desk.wording(placed, stop, alone=trial.alone))
            return shown(preview.worded(served.shop, query, wording))

    return Json(await run_in_threadpool(tried))


@router.delete(
    "/synonyms",
    summary="Remove synonyms",
    responses=answers(
        Changed, "What changed.", example=Changed(("sofa, couch",)), others={404: "there are no such synonyms"}
    ),
)
def remove_synonyms(
    request: Request,
    caller: Admin,
    text: Annotated[str, Query(description="A line, or a word that is said.", examples=["sofa"])],
) -> Json:
    """Remove the synonym of a line, or all in which a word stands for something."""
    with desks.desk(serving.of(request), caller) as desk:
        try:
            return Json(Changed(tuple(desk.remove_synonyms(text))))
        except SetupError as unknown:
            raise NotThere(str(unknown)) from unknown


@router.get("/stop-words", summary="Own stop words", responses=answers(StopWords, "The words.", example=_STOP))
def all_stop_words(request: Request, caller: Admin) -> Json:
    """The stop words that the shop adds to those of every shop, or keeps of them."""
    with desks.desk(serving.of(request), caller) as desk:
        return Json(StopWords(tuple(desk.stop_words.all())))


@router.post(
    "/stop-words",
    summary="Keep stop words",
    responses=answers(Changed, "What changed.", example=Changed(("en: buy",)), others=_PUT),
    openapi_extra=takes(StopWords, example=_STOP),
)
async def put_stop_words(request: Request, caller: Admin, alone: Alone = False) -> Json:
    """Keep stop words, and words that are none, besides those that there are, or in place of all."""
    body = await request.body()

    def kept() -> Changed:
        new = _unfit(lambda: word_files.stop_words_of(decoded(body, Any, "the stop words"), "the stop words"))
        with desks.desk(serving.of(request), caller) as desk:
            desks.room(STOP_WORDS, desk.stop_words, new, alone)
            return Changed(tuple(_unfit(lambda: desk.put_stop_words(new, alone=alone))))

    return Json(await run_in_threadpool(kept))


@router.delete(
    "/stop-words",
    summary="Remove a stop word",
    responses=answers(
        Changed, "What changed.", example=Changed(("en: buy",)), others={404: "there is no such stop word"}
    ),
)
def remove_stop_word(
    request: Request,
    caller: Admin,
    word: Annotated[str, Query(description="The word.", examples=["buy"])],
    language: Annotated[Literal["en", "zh"], Query(description="Its language.")],
) -> Json:
    """A word is no longer added, or kept."""
    with desks.desk(serving.of(request), caller) as desk:
        try:
            return Json(Changed(tuple(desk.stop_words.remove([f"{language}: {word}"]))))
        except SetupError as unknown:
            raise NotThere(str(unknown)) from unknown


def _synonyms(body: bytes, kind: str, language: Literal["en", "zh"] | None) -> list[Placed]:
    with of_the_asker():
        if kind.startswith("text/plain"):
            try:
                return synonym_files.from_text(body.decode("utf-8-sig"), "line", language)
            except UnicodeDecodeError as wrong:
                raise QueryError(f"the text is not UTF-8 (byte {wrong.start:,})") from wrong
        return word_files.synonyms_of(decoded(body, Any, "the synonyms"), "the synonyms", language)


def _unfit(keep: Callable[[], T]) -> T:
    """What is kept. :class:`Unfit` for what cannot be."""
    try:
        return keep()
    except SetupError as wrong:
        about, _, message = str(wrong).partition(": ")
        raise Unfit(str(wrong), [Detail("error", about, message)]) from wrong
