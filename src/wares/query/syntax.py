"""The grammar of filters, and errors that point at the place.

Text becomes tokens, words are sorted into keywords, numbers and plain words, parentheses are matched, and an LALR(1)
parser (lark) makes the tree bottom-up while it reads: nothing here takes more than linear time or any recursion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from wares.errors import QueryError
from wares.query.bounds import MAX_DEPTH, MAX_LENGTH, bounded
from wares.query.lexicon import ESCAPES, KEYWORDS, MARKS, OPERATORS, kind_of, path_of
from wares.query.names import is_category
from wares.records import AllOf, AnyOf, Compare, Exists, Filter, In, Not, Scalar, Under

_GRAMMAR = r"""
    ?start: any
    ?any: all | all (OR all)+           -> any_of
    ?all: term | term (AND term)+       -> all_of
    ?term: condition | LEFT any RIGHT   -> group
        | NOT term                      -> negation
    condition: field OPERATOR value     -> compare
        | field IN values               -> one_of
        | field NOT IN values           -> none_of
        | field BETWEEN value AND value -> between
        | field NOT BETWEEN value AND value -> outside
        | field UNDER value             -> under
        | field EXISTS                  -> exists
    values: LEFT value (COMMA value)* RIGHT
    field: WORD | NAME
    value: WORD | NUMBER | BOOLEAN | STRING

    OPERATOR: /<=|>=|!=|<>|==|[=<>≤≥≠＝＜＞]/
    LEFT: /[(（]/
    RIGHT: /[)）]/
    COMMA: /[,，、]/
    STRING: /"(?:[^"\\]|\\.|"")*"|'(?:[^'\\]|\\.|'')*'|“[^”]*”/s
    NAME: /`(?:[^`]|``)*`/
    WORD: /[^\s<marks>]+/
    %ignore /\s+/
    %declare AND OR NOT IN BETWEEN UNDER EXISTS NUMBER BOOLEAN
""".replace("<marks>", MARKS)


# What to say where the parser can go on with one of these: the first that fits.
_EXPECTED = (
    ("NAME", "a condition such as price < 50"),
    ("OPERATOR", "=, !=, <, <=, >, >=, IN, BETWEEN, UNDER or EXISTS"),
    ("NUMBER", "a value"),
    ("OR", "AND, OR or the end"),
    ("COMMA", 'a comma or ")"'),
    ("LEFT", 'values in parentheses: ("A", "B")'),
    ("AND", "AND and the upper bound"),
    ("IN", "IN or BETWEEN"),
)


class _Fault(Exception):
    """Something is wrong at a place of the text."""

    def __init__(self, place: int, reason: str) -> None:
        super().__init__(reason)
        self.place = place
        self.reason = reason


@lru_cache(maxsize=256)  # a page, its next page and its facets come with the same words
def read(text: str) -> Filter:
    """The filter that a text says; :class:`QueryError` otherwise."""
    if len(text) > MAX_LENGTH:
        raise QueryError(f"a filter may have {MAX_LENGTH} characters, this one has {len(text)}")
    if not text.strip():
        raise QueryError("the filter is empty; write a condition such as price < 50")
    try:
        tokens = _tokens(text)
        _match_parentheses(tokens)
        return _tree(tokens, len(text.rstrip()))
    except _Fault as fault:
        raise QueryError(f"{fault.reason} at column {fault.place + 1} in: {_excerpt(text, fault.place)}") from fault


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="basic", transformer=_Tree(), lexer_callbacks={"WORD": _sorted})


def _sorted(token: Token) -> Token:
    return Token.new_borrow_pos(kind_of(token), token, token)


def _tokens(text: str) -> list[Token]:
    try:
        return list(_parser().lex(text))
    except UnexpectedCharacters as fault:
        place = fault.pos_in_stream or 0
        char = text[place]
        quote = "a quote that is not closed" if char in "\"'“`" else f'unexpected "{_printable(char)}"'
        raise _Fault(place, quote) from fault


def _match_parentheses(tokens: Iterable[Token]) -> None:
    left: list[int] = []
    for token in tokens:
        if token.type == "LEFT":
            left.append(_place(token))
            if len(left) > MAX_DEPTH:
                raise _Fault(left[-1], f"more than {MAX_DEPTH} parentheses within each other")
        elif token.type == "RIGHT":
            if not left:
                raise _Fault(_place(token), f'unbalanced "{token}"')
            left.pop()
    if left:
        raise _Fault(left[-1], 'unbalanced "("')


def _tree(tokens: Iterable[Token], end: int) -> Filter:
    state = _parser().parse_interactive()
    place, found = end, "the end"
    try:
        for token in tokens:
            place, found = _place(token), f'"{_printable(token)}"'
            state.feed_token(token)
        place, found = end, "the end"
        return bounded(state.feed_eof())  # type: ignore[no-untyped-call]
    except UnexpectedToken as fault:
        accepted: set[str] = state.accepts()  # type: ignore[no-untyped-call]
        expected = next((words for terminal, words in _EXPECTED if terminal in accepted), "something else")
        hint = ""
        if "NUMBER" in accepted and fault.token.type in KEYWORDS:
            hint = " (a keyword; in quotes it is a value)"
        elif "OR" in accepted and fault.token.type in ("WORD", "NUMBER", "BOOLEAN"):
            hint = " (a value of several words needs quotes)"
        raise _Fault(place, f"expected {expected}, found {found}{hint}") from fault


@v_args(inline=True)
class _Tree(Transformer[Token, Filter]):
    """From the rules of the grammar to records."""

    def any_of(self, *items: Filter | Token) -> Filter:
        return AnyOf(tuple(item for item in items if not isinstance(item, Token)))

    def all_of(self, *items: Filter | Token) -> Filter:
        return AllOf(tuple(item for item in items if not isinstance(item, Token)))

    def group(self, _left: Token, item: Filter, _right: Token) -> Filter:
        return item

    def negation(self, _not: Token, item: Filter) -> Filter:
        return Not(item)

    def compare(self, field: str, operator: Token, value: Scalar) -> Filter:
        return Compare(field, OPERATORS[operator], value)

    def one_of(self, field: str, _in: Token, values: tuple[Scalar, ...]) -> Filter:
        return In(field, values)

    def none_of(self, field: str, _not: Token, _in: Token, values: tuple[Scalar, ...]) -> Filter:
        return Not(In(field, values))

    def between(self, field: str, _between: Token, low: Scalar, _and: Token, high: Scalar) -> Filter:
        return AllOf((Compare(field, ">=", low), Compare(field, "<=", high)))

    def outside(self, field: str, _not: Token, between: Token, low: Scalar, and_: Token, high: Scalar) -> Filter:
        return Not(self.between(field, between, low, and_, high))

    def under(self, field: str, under: Token, value: Scalar) -> Filter:
        if not is_category(field):
            raise _Fault(_place(under), "only a category is UNDER another")
        path = path_of(str(value))
        if not path:
            raise _Fault(_place(under), 'UNDER needs a path such as "Shoes/Running"')
        return Under(path)

    def exists(self, field: str, _exists: Token) -> Filter:
        return Exists(field)

    def values(self, *items: Scalar | Token) -> tuple[Scalar, ...]:
        return tuple(item for item in items if not isinstance(item, Token))

    def field(self, token: Token) -> str:
        name = token[1:-1].replace("``", "`") if token.type == "NAME" else str(token)
        if not name.strip():
            raise _Fault(_place(token), "a field without a name")
        return name

    def value(self, token: Token) -> Scalar:
        if token.type == "NUMBER":
            return float(token)
        if token.type == "BOOLEAN":
            return token.lower() == "true"
        return _unquoted(token) if token.type == "STRING" else str(token)


def _unquoted(token: Token) -> str:
    quote, body = token[0], token[1:-1]
    if quote == "“":
        return body

    def meant(found: re.Match[str]) -> str:
        if found[0] == quote * 2:
            return quote
        if found[0][1] not in ESCAPES:
            raise _Fault(_place(token) + 1 + found.start(), f'unknown escape "{_printable(found[0])}"')
        return ESCAPES[found[0][1]]

    return re.sub(rf"\\.|{quote}{quote}", meant, body, flags=re.DOTALL)


def _place(token: Token) -> int:
    return token.start_pos or 0


def _printable(text: str) -> str:
    """One line, one character for each."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return shown if len(shown) <= 40 else shown[:39] + "…"


def _excerpt(text: str, place: int, width: int = 60) -> str:
    """The text around a place, on one line."""
    start = max(0, place - width // 2)
    piece = "".join(char if char.isprintable() else " " for char in text[start : start + width])
    return ("…" if start else "") + piece + ("…" if start + width < len(text) else "")
