"""Sets of questions made out of a catalogue, without anybody's help: no person, no click, no language model.

A question is made of one product by a seeded chance, and its right answers are computed over **all** products by the
rule that :data:`KINDS` tells. Such sets compare two states of a shop; they are no sample of what people ask, and each
kind favours something, which is told as well.

``survey``  what a catalogue has: words, facts, pictures; ``facts`` what one product has
``titles``, ``typos``, ``attributes``, ``photos``, ``composed``  the makers, one function for each kind of question
``wording``  languages and translation
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from wares.errors import CatalogueError, MediaError, SetupError, StoreError
from wares.evaluation.records import Asked, Judgments, QuerySet
from wares.records import Part, Product, Query

if TYPE_CHECKING:
    from wares.evaluation.made.question import Made, Maker
    from wares.evaluation.made.survey import ReadPicture, Survey

#: How many questions of a kind, and the seed, unless others are named.
SIZE, SEED = 50, 20
#: The folder of the pictures within that of the set.
PICTURES = "pictures"
#: After so many pictures in a row that cannot be read, no more are tried.
PATIENCE = 5


class Kind(NamedTuple):
    """A kind of question: its maker, what the questions are, what is right, what that favours, in which languages
    they are made, and what the catalogue must have."""

    maker: str
    about: str
    truth: str
    bias: str
    languages: str
    needs: str
    pictured: bool = False


#: Said of every set.
COMPLETE = "Whatever is not named is wrong by these rules: that few products are judged leaves no gap."

_IN_TITLES = "Gain 3: every product whose title, brand, category, attributes and options together have all words"
_FACTS = (
    "At most 100 have gain 3. A product has a value when that field says it, in English or Chinese, or when the "
    "field is empty and its title, brand, category, attributes or options say it."
)
_TRANSLATED = (
    "Where a dictionary knows all that is said, half of the questions are put into the other language, value "
    "by value."
)
_OWN_FILE = "Gain 3: the product, and those that have the same picture file."
_OWN_PHOTO = (
    "The photo is the product's own: favours likeness of pixels, and does not show how a new photo of the thing "
    "would fare. A product whose photo looks the same counts as wrong unless it is the same file."
)
_ALIKE = (
    "Gain 3: every product of the same kind that has the value asked for, or another than the one that is not "
    "meant, and up to three of the other things that are said of the product; at most 100. Gain 1: those that lack "
    "some of these, unless that makes more than 100 answers. A value counts as said by a field or, where the field "
    "is empty, by title, brand, category, attributes or options."
)
_DIFFERING = (
    "Favours what the catalogue says over what pictures show: how else the products are alike, in cut or style, "
    "counts for nothing, and so does a product whose data are incomplete."
)

KINDS = {
    "title-words": Kind(
        maker="titles:title_words",
        about="some words of a title, rare ones rather than frequent ones, at times in another order",
        truth=f"{_IN_TITLES} that are asked for, as it answers as well as the one they come from; at most 10.",
        bias="The words stand in the title by construction: favours words over meaning.",
        languages="that of the title",
        needs="titles of two words or more that tell products apart",
    ),
    "typo": Kind(
        maker="titles:typo",
        about="such words with one or two of them mistyped: a neighbouring key, letters turned round, left out or "
        "doubled, a Chinese character that sounds or looks alike; never in a number or an article code",
        truth=f"{_IN_TITLES} that were meant; at most 10.",
        bias="Errors are drawn by chance and not taken from what people typed. The other words stand in the title by "
        "construction: favours words over meaning.",
        languages="that of the title",
        needs="titles of two words or more that tell products apart, with a word long enough to be mistyped",
    ),
    "attributes": Kind(
        maker="attributes:attributes",
        about="one to three values of attributes or options, and the kind of product: the last step of its category",
        truth="Gain 3: every product that has the kind and all values. Gain 1, where several values are asked for: "
        f"those of the kind that have all but one, unless that makes more than 100 answers. {_FACTS}",
        bias="Favours words over meaning: what the catalogue calls otherwise elsewhere counts as wrong, and so does "
        f"a product whose data are incomplete. {_TRANSLATED}",
        languages="that of the category, or the other",
        needs="categories, and values that tell products of a kind apart and that titles say or shoppers name: "
        "colour, material, size",
    ),
    "category-brand": Kind(
        maker="attributes:category_brand",
        about="a brand and the kind of product",
        truth="Gain 3: every product of the brand and the kind. The same kind of another brand is not what was asked "
        f"for, and has no gain. {_FACTS}",
        bias=f"Favours words over meaning. {_TRANSLATED}",
        languages="that of the category, or the other; a brand is never translated",
        needs="categories, and brands that tell products of a kind apart",
    ),
    "picture": Kind(
        maker="photos:picture",
        about="a product's own photo: a part off the middle, in another light, smaller, every other one mirrored",
        truth=_OWN_FILE,
        bias=_OWN_PHOTO,
        languages="none",
        needs="pictures that can be read",
        pictured=True,
    ),
    "picture-words": Kind(
        maker="photos:picture_words",
        about="such a photo, and in words the kind of product or its colour and kind",
        truth=_OWN_FILE,
        bias=f"{_OWN_PHOTO} The words say nothing that the photo does not show. {_TRANSLATED}",
        languages="that of the category, or the other",
        needs="categories, and pictures that can be read",
        pictured=True,
    ),
    "composed": Kind(
        maker="composed:composed",
        about="a product to be like, and in words what is to be different: a colour or another value; in three of "
        "ten the product's own value as what is not meant",
        truth=_ALIKE,
        bias=f"{_DIFFERING} {_TRANSLATED}",
        languages="that of the value, or the other",
        needs="categories, and kinds of product in which one thing differs that fields or titles say",
    ),
    "composed-picture": Kind(
        maker="composed:composed_picture",
        about="the same, with the product's own photo, changed as above, in the place of the product",
        truth=_ALIKE,
        bias=f"{_DIFFERING} {_TRANSLATED}",
        languages="that of the value, or the other",
        needs="categories, pictures that can be read, and kinds of product in which one thing differs",
        pictured=True,
    ),
}


def make(
    products: Iterable[Product],
    *,
    folder: Path,
    size: int = SIZE,
    seed: int = SEED,
    picture: ReadPicture | None = None,
    kinds: Collection[str] = (),
    name: str = "made out of the catalogue",
) -> tuple[QuerySet, Judgments]:
    """Up to ``size`` questions of each kind (default: of all in :data:`KINDS`), with their judgments.

    The products are walked through once, in any order: the same ones with the same seed make the same questions, and
    a smaller ``size`` makes the first of a larger. ``picture`` reads a product's picture; without it there are no
    questions with pictures. These are written as JPEG files to ``folder``/pictures.

    Every question has the tags ``made`` (its kind) and, if it has words, ``language`` ("en", "zh"). What could not be
    made is told in ``problems``. Raises :class:`SetupError` for an unknown kind, :class:`CatalogueError` when no
    question at all can be made, :class:`StoreError` when a picture cannot be written.
    """
    from wares.evaluation.made.survey import Survey

    chosen = _chosen(kinds, size)
    survey = Survey(products, seed=seed, picture=picture if any(KINDS[kind].pictured for kind in chosen) else None)
    problems: list[str] = []
    asked: list[Asked] = []
    gains: dict[str, dict[str, int]] = {}
    counts: dict[str, int] = {}
    for kind in chosen:
        for made in islice(_made(survey, kind, seed, problems), size):
            counts[kind] = counts.get(kind, 0) + 1
            question = _asked(made, kind, counts[kind], folder)
            asked.append(question)
            gains[question.id] = {survey.ids[n]: gain for n, gain in made.gains.items()}
            gains[question.id] = dict(sorted(gains[question.id].items(), key=lambda pair: (-pair[1], pair[0])))
    problems += _missing(chosen, counts, size, pictures=picture is not None)
    if not asked:
        raise CatalogueError(f"no question can be made out of {len(survey):,} products: {'; '.join(problems)}")
    queries = QuerySet(
        name=name,
        queries=tuple(asked),
        truth="\n".join([*(f"{kind}: {KINDS[kind].truth}" for kind in counts), COMPLETE]),
        bias="\n".join(f"{kind}: {KINDS[kind].bias}" for kind in counts),
        problems=tuple(problems),
    )
    return queries, Judgments(name=name, gains=gains)


def _chosen(kinds: Collection[str], size: int) -> list[str]:
    for kind in kinds:
        if kind not in KINDS:
            raise SetupError(f"unknown kind of question {kind!r}; known: {', '.join(KINDS)}")
    if size < 1:
        raise SetupError(f"{size} questions of a kind cannot be made; ask for at least one")
    return [kind for kind in KINDS if not kinds or kind in kinds]


def _made(survey: Survey, kind: str, seed: int, problems: list[str]) -> Iterator[Made]:
    """Questions of a kind, no two the same, as long as there are products and their pictures can be read."""
    maker = _maker(kind)
    seen: set[tuple[str, bytes, str, str]] = set()
    unread, in_a_row, first = 0, 0, ""
    try:
        for source in survey.sources(kind, pictured=KINDS[kind].pictured):
            chance = Random(f"{seed} {kind} {source.product.id}")  # noqa: S311 - to be repeated, no secret
            try:
                made = maker(survey, source, chance)
            except MediaError as error:
                unread, in_a_row, first = unread + 1, in_a_row + 1, first or str(error)
                if in_a_row == PATIENCE:
                    break
                continue
            if made is not None:
                in_a_row = 0
                key = made.text, made.picture, made.like, made.without
                if key not in seen:
                    seen.add(key)
                    yield made
    finally:
        if unread:
            pictures = "1 picture" if unread == 1 else f"{unread} pictures"
            problems.append(f"{kind}: {pictures} could not be read: {first}")


def _maker(kind: str) -> Maker:
    module, _, name = KINDS[kind].maker.partition(":")
    maker: Maker = getattr(import_module(f"{__name__}.{module}"), name)
    return maker


def _asked(made: Made, kind: str, number: int, folder: Path) -> Asked:
    from wares.encoders.dictionary import language

    id = f"{kind}-{number:03d}"
    parts = [Part("text", made.text)] if made.text else []
    if made.picture:
        path = folder / PICTURES / f"{id}.jpg"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(made.picture)
        except OSError as refused:
            raise StoreError(f"{path}: cannot write the picture: {refused.strerror or refused}") from refused
        parts.append(Part("image", str(path)))
    parts += [Part("like", made.like)] if made.like else []
    parts += [Part("text", made.without, -1.0)] if made.without else []
    words = made.text or made.without
    spoken = {"language": language(words)} if words else {}
    return Asked(id=id, query=Query(parts=tuple(parts)), tags={"made": kind, **spoken})


def _missing(chosen: list[str], counts: dict[str, int], size: int, *, pictures: bool) -> Iterator[str]:
    """What could not be made, in words."""
    for kind in chosen:
        if kind not in counts:
            unread = KINDS[kind].pictured and not pictures
            yield f"{kind}: left out; " + ("pictures are not read" if unread else f"it needs {KINDS[kind].needs}")
    if short := [f"{kind} {count}" for kind, count in counts.items() if count < size]:
        yield f"fewer than {size} questions could be made of: {', '.join(short)}"
