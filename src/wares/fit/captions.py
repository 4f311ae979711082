"""What is said of a product while a model learns: its own words, and what shoppers would type to find things like it.

A caption of the second kind states facets, and holds for every product that has them all, so that training does not
take another blue shirt for a wrong answer to "blue shirt". Facets are canonical (:mod:`wares.fit.terms`): "蓝色衬衫"
states the same as "blue shirt".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from itertools import product as combinations
from random import Random
from typing import NamedTuple

from wares.encoders.dictionary import Language, language
from wares.evaluation.made.attributes import KINDS, sayable
from wares.evaluation.made.facts import Fact, facts
from wares.evaluation.made.wording import joined
from wares.fit import terms, texts
from wares.fit.telling import Telling
from wares.fit.terms import Facet, Term
from wares.records import Product

#: A product has at most so many captions, and so many kinds, colours, people and other values are said of it.
MAX_CAPTIONS, MAX_KINDS, MAX_COLOURS, MAX_PEOPLE, MAX_VALUES = 60, 4, 4, 2, 5
#: How often a step of training says a title (whole or in parts); how often words of one are dropped; and how often
#: what is left says a description or a review.
TITLED, DROPPED, TOLD = 0.75, 0.4, 0.2
#: How often it is said behind the kind for whom or when a product is: "shirts for men", "连衣裙夏季".
BEHIND = 0.25
_AFTER = ("gender", "season", "usage")
_LANGUAGES: tuple[Language, ...] = ("en", "zh")


class Caption(NamedTuple):
    """A text that holds for every product with all of its ``facets``; without any it is the product's own, and holds
    for its group alone. ``kind`` says what it is made of: "title", "description", "review", "colour kind"…"""

    text: str
    facets: frozenset[Facet]
    kind: str
    language: Language


class _Terms(NamedTuple):
    """All that can be said of a product in the words of shoppers; the most telling first."""

    kinds: tuple[Term, ...]
    colours: tuple[Term, ...]
    brands: tuple[Term, ...]
    people: tuple[Term, ...]
    values: tuple[Term, ...]

    @property
    def facets(self) -> frozenset[Facet]:
        return frozenset(term.facet for of_sort in self for term in of_sort)


class Captioner:
    """Captions for the products of a catalogue. It walks through ``products`` once, to see which attributes tell."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._telling = Telling(products)

    def facets(self, product: Product) -> frozenset[Facet]:
        """All facets that hold for a product."""
        return self._terms(product).facets

    def captions(self, product: Product) -> tuple[Caption, ...]:
        """All kinds of captions of a product, in the commonest words: at most ``MAX_CAPTIONS``, each text once."""
        own = _own(product)
        said = (
            _caption(label, parts, words, wanted)
            for label, parts in _templates(self._terms(product))
            for wanted in _LANGUAGES
            for words in _commonest(label, parts, wanted)
        )
        found: dict[str, Caption] = {}
        for caption in (*own, *said):
            found.setdefault(caption.text, caption)
        return tuple(islice(found.values(), MAX_CAPTIONS))

    def draw(self, product: Product, chance: Random, count: int = 2) -> list[Caption]:
        """What one step of training says of a product: ``count`` captions by chance; none if it has no words."""
        own = _own(product)
        titles = [caption for caption in own if caption.kind == "title"]
        others = [caption for caption in own if caption.kind != "title"]
        made: dict[str, list[tuple[Term, ...]]] = {}
        for label, parts in _templates(self._terms(product)):
            made.setdefault(label, []).append(parts)
        if not own and not made:
            return []
        return [self._drawn(titles, others, made, chance) for _ in range(count)]

    def shared(self, product: Product, chance: Random, count: int) -> list[Caption]:
        """``count`` captions that hold for others too, in either language, each by a name of what it states; none if
        nothing can be said."""
        made: dict[str, list[tuple[Term, ...]]] = {}
        for label, parts in _templates(self._terms(product)):
            made.setdefault(label, []).append(parts)
        labels = [chance.choice(list(made)) for _ in range(count)] if made else []
        return [_worded(label, chance.choice(made[label]), chance) for label in labels]

    def _drawn(
        self,
        titles: list[Caption],
        others: list[Caption],
        made: dict[str, list[tuple[Term, ...]]],
        chance: Random,
    ) -> Caption:
        if titles and (chance.random() < TITLED or not (others or made)):
            title = chance.choice(titles)
            return title._replace(text=texts.dropped(title.text, chance)) if chance.random() < DROPPED else title
        if others and (chance.random() < TOLD or not made):
            return chance.choice(others)
        label = chance.choice(list(made))
        return _worded(label, chance.choice(made[label]), chance)

    def _terms(self, product: Product) -> _Terms:
        telling = [
            (terms.field_of(fact.field), fact.value)
            for fact in facts(product)
            if fact in self._telling and not texts.is_translation(fact.field) and not texts.is_review(fact.field)
        ]
        colours = [term for field, value in telling if field == "colour" for term in terms.colours(value)]
        people = [terms.of_value(field, value) for field, value in telling if field == "gender"]
        values = [terms.of_value(field, value) for field, value in telling if field not in ("colour", "gender")]
        name = Fact("brand", " ".join(product.brand.split()))
        return _Terms(
            terms.once(_kinds(product)),
            terms.once(colours or terms.titled_colours(product.title[: texts.MAX_CHARS])),
            (terms.brand(name.value),) if sayable(name.value) else (),
            terms.once(people or terms.people(product.title[: texts.MAX_CHARS])),
            terms.once(values),
        )


def _kinds(product: Product) -> list[Term]:
    """The kinds of a product, the narrowest step of its category first; else what a field or the title says."""
    steps = [step for name in product.category for part in name.split(">") for step in part.split("/")]
    if not steps:
        steps = [fact.value for fact in facts(product) if fact.field.rpartition(" ")[2] in KINDS]
    tidy = (" ".join(step.split()) for step in reversed(steps))
    found = [terms.kinds(step) for step in tidy if sayable(step) and not step.isdigit()]
    if not found:
        return list(terms.titled_kinds(product.title[: texts.MAX_CHARS]))
    # The narrowest and the step above before what their names end in.
    return [*(of_step[0] for of_step in found[:2]), *(term for of_step in found for term in of_step)]


def _templates(said: _Terms) -> Iterator[tuple[str, tuple[Term, ...]]]:
    """What is said together, in the order that both languages have it; most things with the narrowest kind only."""
    kinds, colours, values = said.kinds[:MAX_KINDS], said.colours[:MAX_COLOURS], said.values[:MAX_VALUES]
    people, narrow, wider = said.people[:MAX_PEOPLE], kinds[:1], kinds[1:]
    patterns: tuple[tuple[str, tuple[tuple[Term, ...], ...]], ...] = (
        ("kind", (narrow,)),
        ("wider kind", (wider,)),
        ("colour", (colours,)),
        ("colour kind", (colours, narrow)),
        ("brand kind", (said.brands, narrow)),
        ("attribute kind", ((*people, *values), narrow)),
        ("gender colour kind", (people, colours[:2], narrow)),
        ("brand colour kind", (said.brands, colours[:1], narrow)),
        ("path", (wider[:1], narrow)),
        ("colour kind", (colours[:1], wider)),
        ("brand", (said.brands,)),
        ("attribute colour kind", (values[:3], colours[:1], narrow)),
    )
    for label, slots in patterns:
        for parts in combinations(*slots):
            yield label, parts


def _own(product: Product) -> list[Caption]:
    """What is said of this product alone."""
    found = [("title", text) for text in (*texts.titles(product), *texts.translations(product))]
    found += [("description", text) for text in texts.sentences(product)]
    found += [("review", text) for text in texts.reviews(product)]
    return [Caption(text, frozenset(), kind, language(text)) for kind, text in found]


def _commonest(label: str, parts: tuple[Term, ...], wanted: Language) -> Iterator[list[str]]:
    """The commonest words for terms in a language, if it has them all; a kind alone also in its other number."""
    ways = [part.said(wanted) for part in parts]
    if all(ways):
        yield [way[0] for way in ways]
        if label in ("kind", "wider kind"):
            yield [ways[0][1]] if len(ways[0]) > 1 else [ways[0][0]]


def _worded(label: str, parts: tuple[Term, ...], chance: Random) -> Caption:
    """Terms in one of the languages that has them all, each by one of its names."""
    tongues = [wanted for wanted in _LANGUAGES if all(part.said(wanted) for part in parts)]
    if not tongues:  # terms of two languages that the dictionary does not know: the last of them alone can be said
        return _worded("kind" if parts[-1].facet[0] == "kind" else label, parts[-1:], chance)
    wanted = chance.choice(tongues)
    return _caption(label, parts, [chance.choice(part.said(wanted)) for part in parts], wanted, chance)


def _caption(
    label: str, parts: tuple[Term, ...], words: list[str], wanted: Language, chance: Random | None = None
) -> Caption:
    if chance and parts[0].facet[0] in _AFTER and len(parts) > 1 and chance.random() < BEHIND:
        words = [*words[1:], *(("for",) if wanted == "en" else ()), words[0]]
    text = joined(words, spaced=chance is not None and chance.random() < 0.5)
    return Caption(text, frozenset(part.facet for part in parts), label, wanted)
