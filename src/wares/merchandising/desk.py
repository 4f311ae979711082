"""The desk of a merchant: rules, synonyms and stop words of one shop, checked before they are kept."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from wares.encoders.dictionary import Language
from wares.encoders.said import said
from wares.errors import SetupError
from wares.merchandising import checks, rule_files, word_files
from wares.merchandising.findings import Finding
from wares.merchandising.kept import Kept, Sort
from wares.merchant import Wording
from wares.query import stop_words, synonym_files, synonyms
from wares.query.stop_words import StopWord, StopWords
from wares.query.synonym_files import Placed
from wares.query.synonyms import Synonym, Synonyms
from wares.ranking.rules.records import MAX_RULES, Rule
from wares.store.store import Store

if TYPE_CHECKING:
    from wares.shop import Shop

RULES: Sort[Rule] = Sort("rule", Rule, lambda rule: rule.name, MAX_RULES)
SYNONYMS: Sort[Synonym] = Sort("synonyms", Synonym, lambda one: one.name, synonyms.MAX_SYNONYMS)
STOP_WORDS: Sort[StopWord] = Sort(
    "stop words", StopWord, lambda one: f"{one.language}: {one.word}", stop_words.MAX_WORDS
)


class Desk:
    """What is said in a shop, to be read and changed. A context manager.

    ``by`` is who changes it, for the log; the user of this machine unless given. A change is noticed by every process
    that has the shop open, within a second. Reading what is damaged raises :class:`~wares.errors.StoreError`.
    """

    def __init__(self, shop: Shop, by: str = "") -> None:
        self.shop = shop
        self._store = Store.open(shop.path / "shop.db")
        who = by or user()
        #: As they are kept; change them through the methods below, which check first.
        self.rules: Kept[Rule] = Kept(self._store, who, RULES)
        self.synonyms: Kept[Synonym] = Kept(self._store, who, SYNONYMS)
        self.stop_words: Kept[StopWord] = Kept(self._store, who, STOP_WORDS)

    # -- rules --------------------------------------------------------------------------------------------------

    def check_rules(self, rules: Iterable[Rule] | None = None, *, alone: bool = False) -> list[Finding]:
        """What is wrong with rules that are to be put, among those that there are (or, ``alone``, in place of them);
        without ``rules``, with those that there are."""
        kept = {} if alone else {rule.name: rule for rule in self.rules.all()}
        new = None if rules is None else {rule.name: rule for rule in rules}
        both = {**kept, **(new or {})}
        return checks.check(both.values(), self.facts(), datetime.now(UTC), None if new is None else list(new))

    def put_rules(self, rules: Iterable[Rule], *, alone: bool = False) -> list[str]:
        """Keep rules, in place of those of the same name, or ``alone`` of all; the names of what changed.

        :class:`SetupError`, and nothing kept, for the first error of :meth:`check_rules`.
        """
        new = list(rules)
        for finding in self.check_rules(new, alone=alone):
            if finding.level == "error":
                raise SetupError(str(finding))
        return self.rules.put(new, alone=alone)

    def import_rules(self, path: Path, *, alone: bool = False) -> list[str]:
        """Keep the rules of a file. Raises as :meth:`put_rules`, and for a file that cannot be read."""
        return self.put_rules(rule_files.read(path), alone=alone)

    def export_rules(self, path: Path) -> int:
        """Write all rules to a file, TOML or JSON by the end of its name; how many they are."""
        found = self.rules.all()
        rule_files.write(path, found)
        return len(found)

    def facts(self) -> checks.Facts:
        """What rules are held against."""
        return checks.Facts(self.shop.fields(), self._store.get, self._store.ids_like)

    # -- synonyms and stop words --------------------------------------------------------------------------------

    def put_synonyms(self, placed: Sequence[Placed | Synonym], *, alone: bool = False) -> list[str]:
        """Keep synonyms besides those that there are, or ``alone``; the names of what changed.

        :class:`SetupError`, and nothing kept, for those that cannot be; see :func:`wares.query.synonym_files.check`.
        """
        new = [one if isinstance(one, Placed) else Placed(repr(one.line), one) for one in placed]
        self._together(new, self.words(), alone)
        return self.synonyms.put((one for _, one in new), alone=alone)

    def wording(
        self, placed: Sequence[Placed] = (), stop: Sequence[StopWord] = (), *, alone: bool = False
    ) -> Wording:
        """How questions would be worded with these besides what is kept, or ``alone``; nothing is kept. Raises as
        :meth:`put_synonyms` and :meth:`put_stop_words`."""
        own = [] if alone else self.stop_words.all()
        words = StopWords([*own, *map(stop_words.check, stop)])
        return Wording(Synonyms(self._together(placed, words, alone)), words)

    def _together(self, new: Sequence[Placed], stop: StopWords, alone: bool) -> list[Synonym]:
        """New synonyms and those they do not replace, checked."""
        kept = [] if alone else [Placed(repr(one.line), one) for one in self.synonyms.all()]
        names = {one.name for _, one in new}
        both = [*(one for one in kept if one.synonym.name not in names), *new]
        synonym_files.check(new, stop)
        synonym_files.check_together(both)
        return [one for _, one in both]

    def remove_synonyms(self, text: str) -> list[str]:
        """Remove the synonym of a name, or all that are said for a word. :class:`SetupError` when there are none."""
        found = self.synonyms.all()
        own = synonyms.key(text)
        names = [one.name for one in found if one.name == text]
        names = names or [one.name for one in found if own and own in map(synonyms.key, one.said)]
        if not names:
            return self.synonyms.remove([text])
        return self.synonyms.remove(names)

    def import_synonyms(self, path: Path, language: Language | None = None, *, alone: bool = False) -> list[str]:
        """Keep the synonyms of a file: TOML, JSON, or the usual text. ``language`` is that of those without one."""
        return self.put_synonyms(word_files.read_synonyms(path, language), alone=alone)

    def export_synonyms(self, path: Path) -> int:
        """Write all synonyms to a file, by the end of its name TOML, JSON or text; how many they are."""
        found = self.synonyms.all()
        word_files.write_synonyms(path, found)
        return len(found)

    def put_stop_words(self, words: Iterable[StopWord], *, alone: bool = False) -> list[str]:
        """Keep stop words, and words that are none, besides those that there are, or ``alone``."""
        return self.stop_words.put([stop_words.check(one) for one in words], alone=alone)

    def words(self) -> StopWords:
        """The stop words in force."""
        return StopWords(self.stop_words.all())

    def meanings(self) -> Synonyms:
        """The synonyms in force."""
        return Synonyms(self.synonyms.all())

    # -- end ----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Let go of the files."""
        self._store.close()

    def __enter__(self) -> Desk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def user() -> str:
    """The user of this machine; "unknown" where there is no name."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):
        name = ""
    return name if name.isprintable() and said(name) else "unknown"
