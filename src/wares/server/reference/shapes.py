"""Schemas in words: "list of Hit", "text or null"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from markupsafe import Markup, escape

_WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "null": "null"}


class Field(NamedTuple):
    """A field of a record."""

    name: str
    shape: Markup
    required: bool


class Shape(NamedTuple):
    """A record of the document."""

    name: str
    about: list[str]
    fields: list[Field]
    also: Markup


def all_of(document: Mapping[str, Any]) -> Iterator[Shape]:
    """The records of a document, by name."""
    for name, schema in sorted(document["components"]["schemas"].items()):
        required = set(schema.get("required", ()))
        fields = [Field(key, link(one), key in required) for key, one in schema.get("properties", {}).items()]
        about = [" ".join(text.split()) for text in schema.get("description", "").split("\n\n") if text.strip()]
        yield Shape(name, about, fields, Markup("") if fields else link(schema))


def link(schema: Mapping[str, Any]) -> Markup:
    """A schema in words; records are links to where they are told."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#schema-{0}">{0}</a>').format(name)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return Markup(" or ").join(dict.fromkeys(map(link, schema[several])))
    kind = schema.get("type")
    if kind == "array":
        inner: Mapping[str, Any] = schema.get("items") or next(iter(schema.get("prefixItems", [])), {})
        return Markup("list of {}").format(link(inner) if inner else "anything")
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return Markup("{} by name").format(link(schema["additionalProperties"]))
    return escape(words(schema))


def words(schema: Mapping[str, Any]) -> str:
    """A plain schema in words."""
    if "enum" in schema:
        return ", ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(words, schema["anyOf"])))
    kind = schema.get("type", "")
    if kind == "array":
        return f"list of {words(schema.get('items', {}))}"
    if schema.get("format") == "binary":
        return "file"
    low, high = schema.get("minimum"), schema.get("maximum")
    bounds = f", {low} … {high}" if low is not None and high is not None else ""
    return _WORDS.get(kind, kind or "anything") + bounds
