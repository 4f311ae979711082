"""The desk of a merchant behind a request: what is said wrong comes back with all that is to be mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from wares.merchandising import rule_files
from wares.merchandising.desk import RULES, Desk
from wares.server.errors import Conflict, NotThere, Unfit, decoded, of_the_asker
from wares.server.messages import Detail

if TYPE_CHECKING:
    from wares.merchandising.findings import Finding
    from wares.merchandising.kept import Kept, Sort
    from wares.ranking.rules import Rule
    from wares.server.access import Caller
    from wares.server.serving import Serving

T = TypeVar("T")


@contextmanager
def desk(served: Serving, caller: Caller) -> Iterator[Desk]:
    """The desk of the shop; what is changed there is logged with the caller's name."""
    with Desk(served.shop, by=caller.name) as opened:
        yield opened


def rules_of(body: bytes, what: str = "the rules") -> list[Rule]:
    """The rules of a request, as files have them: one, a list, or ``{"rule": […]}``."""
    data: Any = decoded(body, Any, what)
    if isinstance(data, dict) and "then" in data:
        data = [data]
    with of_the_asker():
        return rule_files.from_data(data, what)


def put_rules(desk: Desk, rules: Sequence[Rule], *, alone: bool = False) -> tuple[list[str], list[Detail]]:
    """Keep rules; the names of what changed, and what to be warned of. :class:`Unfit`, with all that is wrong, when
    they cannot be kept."""
    findings = desk.check_rules(rules, alone=alone)
    if wrong := [finding for finding in findings if finding.level == "error"]:
        raise Unfit(str(wrong[0]), details(findings))
    room(RULES, desk.rules, rules, alone)
    with of_the_asker():
        return desk.rules.put(rules, alone=alone), details(findings)


def room(sort: Sort[T], kept: Kept[T], new: Sequence[T], alone: bool) -> None:
    """:class:`Conflict` when there would be more of a kind than a shop keeps."""
    names = {sort.name(one) for one in [*([] if alone else kept.all()), *new]}
    if len(names) > sort.at_most:
        raise Conflict(f"there would be {len(names):,} {sort.kind}; at most {sort.at_most:,} are kept: remove some")


def details(findings: Sequence[Finding]) -> list[Detail]:
    """Findings, as they are sent."""
    return [Detail(each.level, each.rule, each.message, each.mend) for each in findings]


def named(kept: Kept[T], sort: Sort[T], name: str) -> T:
    """The one with a name. :class:`NotThere` when there is none."""
    for one in kept.all():
        if sort.name(one) == name:
            return one
    raise NotThere(f"the shop has no {sort.kind} {name[:60]!r}; list those that are there")
