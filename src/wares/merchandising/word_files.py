"""Synonyms and stop words as files: TOML and JSON, and synonyms as the usual text.

[[synonym]]                          [[stop]]
said = ["sneaker"]                   word = "buy"
meant = ["trainer"]                  language = "en"
language = "en"                      [[stop]]
…                                    word = "for"
                                     language = "en"
                                     kept = true
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from wares.encoders.dictionary import Language
from wares.errors import SetupError
from wares.merchandising import files
from wares.query import stop_words, synonym_files
from wares.query.stop_words import StopWord
from wares.query.synonym_files import Placed
from wares.query.synonyms import Synonym

TABLES = (".toml", ".json")
SYNONYM, STOP = "synonym", "stop"

Row = TypeVar("Row", Synonym, StopWord)


def read_synonyms(path: Path, language: Language | None = None) -> list[Placed]:
    """The synonyms of a file; ``language`` is that of those that say none. :class:`SetupError` with the place of a
    mistake."""
    if path.suffix.lower() not in TABLES:
        return synonym_files.from_text(files.read_text(path), str(path), language)
    return synonyms_of(files.read_table(path), str(path), language)


def synonyms_of(data: Any, source: str, language: Language | None = None) -> list[Placed]:
    """The synonyms that decoded TOML or JSON says. Raises as :func:`read_synonyms`."""
    found = []
    for at, row in enumerate(files.rows(data, SYNONYM, source), start=1):
        place = f"{source}: {SYNONYM} {at}"
        one = _row(row, Synonym, place)
        found.append(Placed(place, msgspec.structs.replace(one, language=one.language or language)))
    return found


def write_synonyms(path: Path, synonyms: Iterable[Synonym]) -> None:
    """Write synonyms; as text they lose their language."""
    if path.suffix.lower() in TABLES:
        files.write_text(path, files.as_text({SYNONYM: [msgspec.to_builtins(one) for one in synonyms]}, path))
    else:
        files.write_text(path, synonym_files.to_text(synonyms))


def read_stop_words(path: Path) -> list[StopWord]:
    """The stop words of a file, checked. :class:`SetupError` with the place of a mistake."""
    return stop_words_of(files.read_table(path), str(path))


def stop_words_of(data: Any, source: str) -> list[StopWord]:
    """The stop words that decoded TOML or JSON says, checked. Raises as :func:`read_stop_words`."""
    found = []
    for at, row in enumerate(files.rows(data, STOP, source), start=1):
        try:
            found.append(stop_words.check(_row(row, StopWord, f"{source}: {STOP} {at}")))
        except SetupError as wrong:
            place = "" if str(wrong).startswith(source) else f"{source}: {STOP} {at}: "
            raise SetupError(f"{place}{wrong}") from wrong
    return found


def write_stop_words(path: Path, words: Iterable[StopWord]) -> None:
    """Write stop words as TOML or JSON."""
    files.write_text(path, files.as_text({STOP: [msgspec.to_builtins(one) for one in words]}, path))


def _row(row: Any, record: type[Row], place: str) -> Row:
    if not isinstance(row, Mapping):
        raise SetupError(f"{place}: expected a table with {', '.join(record.__struct_fields__)}")
    files.known_keys(row, record.__struct_fields__, place)
    own = {
        name: [value] if name in ("said", "meant") and isinstance(value, str) else value
        for name, value in row.items()
    }
    try:
        return msgspec.convert(own, record)
    except msgspec.ValidationError as wrong:
        raise SetupError(f"{place}: {str(wrong).replace('$.', '')}") from wrong
