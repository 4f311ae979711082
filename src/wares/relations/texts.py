"""The categories, and one product's relations, as text for people, for Graphviz and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import msgspec

from wares.relations.outline import Branch, Sheet
from wares.relations.tree import Path, Tree


def categories(outline: Branch) -> str:
    """The tree as lines of text, each category with the number of its products."""
    lines = [_products(outline.products)]
    lines += _drawn(outline, "")
    return "\n".join(lines) + "\n"


def _drawn(branch: Branch, before: str) -> Iterator[str]:
    more = [(f"+ {branch.more:,} more ({branch.more_products:,})", None)] if branch.more else []
    below: list[tuple[str, Branch | None]] = [(f"{b.path[-1]} ({b.products:,})", b) for b in branch.narrower]
    for at, (said, inner) in enumerate([*below, *more], 1):
        last = at == len(below) + len(more)
        yield f"{before}{'└─' if last else '├─'} {said}"
        if inner is not None:
            yield from _drawn(inner, f"{before}{'   ' if last else '│  '}")


def relations(sheet: Sheet) -> str:
    """A product's relations as lines of text, by kind; what is inferred says how sure it is and by what."""
    lines = [f"{sheet.title} ({sheet.id})"]
    if sheet.brand:
        lines.append(f"  brand: {sheet.brand} ({_products(sheet.brand_count)})")
    if sheet.category:
        lines.append(f"  category: {' / '.join(sheet.category)} ({_products(sheet.category_count)})")
    for kind, own in groupby(sheet.related, lambda related: related.kind):
        said = list(own)
        lines.append(f"  {said[0].label}:")
        for related in said:
            named = f"{related.title} ({related.id})" if related.title else f"{related.id} (no such product yet)"
            sure = "" if related.origin == "feed" else f"  [{related.certainty:.0%} sure, by {related.by}]"
            lines.append(f"    {named}{sure}")
        if more := sheet.more.get(kind, 0):
            lines.append(f"    + {more:,} more")
    if not sheet.related:
        lines.append("  no relations to other products")
    return "\n".join(lines) + "\n"


def categories_dot(outline: Branch) -> str:
    """The tree in the language of Graphviz."""
    lines = [f"  {_id(())} [label={_quoted(_products(outline.products))}];"]
    waiting = [outline]
    while waiting:
        branch = waiting.pop()
        for below in branch.narrower:
            lines.append(f"  {_id(below.path)} [label={_quoted(f'{below.path[-1]} ({below.products:,})')}];")
            lines.append(f"  {_id(branch.path)} -> {_id(below.path)};")
        if branch.more:
            rest = (*branch.path, f"+ {branch.more}")
            lines.append(f"  {_id(rest)} [label={_quoted(f'+ {branch.more:,} more')}, style=dashed];")
            lines.append(f"  {_id(branch.path)} -> {_id(rest)};")
        waiting.extend(branch.narrower)
    return _dot(lines)


def relations_dot(sheet: Sheet) -> str:
    """A product's relations in the language of Graphviz; inferred edges are dashed."""
    own = _quoted(sheet.id)
    lines = [f"  {own} [label={_quoted(sheet.title)}, style=bold];"]
    for related in sheet.related:
        other = _quoted(related.id)
        if related.title:
            lines.append(f"  {other} [label={_quoted(related.title)}];")
        sure = "" if related.origin == "feed" else ", style=dashed"
        lines.append(f"  {own} -> {other} [label={_quoted(related.label)}{sure}];")
    return _dot(lines)


def categories_json(tree: Tree) -> str:
    """The whole tree as JSON: {"products", "categories": [{"path", "products"}, …]}, each category before what is in
    it."""
    rows = [{"path": list(path), "products": tree.count(path)} for path in tree.walked()]
    return _json({"products": tree.count(()), "categories": rows})


def relations_json(sheet: Sheet) -> str:
    """A product's relations as JSON, with the names of :class:`~wares.relations.outline.Sheet`."""
    return _json(msgspec.to_builtins(sheet))


def _products(count: int) -> str:
    return f"{count:,} product{'' if count == 1 else 's'}"


def _id(path: Path) -> str:
    return _quoted("/".join(step.replace("/", "\\") for step in path) or "/")


def _quoted(text: str) -> str:
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _dot(lines: list[str]) -> str:
    return "\n".join(["digraph relations {", "  rankdir=LR;", "  node [shape=box];", *lines, "}"]) + "\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
