"""The interface's texts: the same in every language, and nowhere else."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from wares.records import Price
from wares.server.pages import formats
from wares.server.pages.words import LANGUAGES, Words, texts

TEMPLATES = sorted(
    (resources.files("wares.server.pages") / "templates").iterdir(), key=lambda template: template.name
)


def places(text):
    every = text.values() if not isinstance(text, str) else [text]
    return {name for one in every for name in re.findall(r"{(\w+)}", one)}


def test_every_language_has_the_same_texts_with_the_same_places():
    english = texts("en")
    for language in LANGUAGES:
        own = texts(language)
        assert own.keys() == english.keys()
        for key, text in own.items():
            assert places(text) == places(english[key]), f"{language}: {key}"
            assert isinstance(text, str) == isinstance(english[key], str), f"{language}: {key}"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_templates_hold_no_text_of_their_own(template):
    source = template.read_text(encoding="utf-8")
    source = re.sub(r"{% block kind %}\w*{% endblock %}", "", source)  # the name of a style
    bare = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", " ", source, flags=re.DOTALL)
    bare = re.sub(r"<!doctype html>", "", bare)
    for text in re.findall(r">([^<>]*)<", bare):
        assert not re.search(r"[A-Za-z\u4e00-\u9fff]{2,}", text), text.strip()
    for name, value in re.findall(r'\b(aria-label|title|alt|placeholder)="([^"]*)"', bare):
        assert not re.search(r"\w", value), f"{name}={value}"


def test_every_text_that_a_template_or_script_names_is_there():
    known = texts("en")
    for template in TEMPLATES:
        for key in re.findall(r"\bt\(\"([a-z0-9_.]+)\"[,)]", template.read_text(encoding="utf-8")):
            assert key in known, f"{template.name}: {key}"
    script = {key.removeprefix("script.") for key in known if key.startswith("script.")}
    for module in (resources.files("wares.server") / "static").iterdir():
        if module.name.endswith(".js") and module.name != "wares-search.js":
            source = module.read_text(encoding="utf-8")
            for key in re.findall(r"\b(?:say|tell|text)\(\"([a-z_]+)\"", source):
                assert key in script, f"{module.name}: {key}"


def test_plural_forms_are_those_of_the_language():
    assert Words("en")("results.total", n=1) == "1 product"
    assert Words("en")("results.total", n=1200) == "1,200 products"
    assert Words("zh")("results.total", n=1) == "1 件商品"


@pytest.mark.parametrize(
    ("price", "english", "chinese"),
    [
        (Price(129_900, "EUR"), "€1,299.00", "€1,299.00"),
        (Price(300, "USD"), "$3.00", "US$3.00"),
        (Price(300, "CNY"), "CN¥3.00", "¥3.00"),
        (Price(300, "JPY"), "¥300", "JP¥300"),
        (Price(1_250, "SEK"), "SEK\u00a012.50", "SEK\u00a012.50"),
        (Price(1_250), "12.50", "12.50"),
    ],
)
def test_prices_are_written_as_the_language_does(price, english, chinese):
    assert formats.price(price, "en") == english
    assert formats.price(price, "zh") == chinese
