"""``/rules``: what a merchant wants shown, hidden, moved; as files of rules have it (docs/rules.md)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.concurrency import run_in_threadpool

from wares.errors import QueryError
from wares.merchandising import preview, rule_files
from wares.merchandising.desk import RULES, Desk
from wares.ranking.rules import Rule
from wares.records import Banner, Part
from wares.records import Query as Asked
from wares.server import asking, desks, serving
from wares.server.access import Caller, may
from wares.server.errors import Unfit, decoded
from wares.server.messages import Detail, Json
from wares.server.openapi import answers, takes

router = APIRouter(tags=["rules"])
Admin = Annotated[Caller, Depends(may("admin"))]
Name = Annotated[str, Path(description="The name of a rule.", examples=["summer sandals"])]
Alone = Annotated[bool, Query(description="These in place of all that there are.")]


class RuleSaid(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as files have it: when it fires, and what it does then (docs/rules.md)."""

    name: str
    then: dict[str, Any]
    when: dict[str, Any] = {}
    priority: int = 0
    enabled: bool = True
    about: str = ""


class Rules(msgspec.Struct, frozen=True):
    """Rules, in the order of their names."""

    rule: tuple[RuleSaid, ...]


class Changed(msgspec.Struct, frozen=True):
    """The names of what changed, and what may not be as it was meant."""

    changed: tuple[str, ...]
    findings: tuple[Detail, ...] = ()


class Findings(msgspec.Struct, frozen=True):
    """What is wrong, errors first; nothing was kept."""

    findings: tuple[Detail, ...]


class RulesTrial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question, and rules that are not kept yet: among those that there are, or ``alone``."""

    text: str = ""
    where: Any = None
    limit: int = 10
    rule: list[Any] | None = None
    alone: bool = False


class Shown(msgspec.Struct, frozen=True):
    """A product in one of two answers. ``change``: it moved "up" or "down", is "new" or "gone"; ``by``: rules that
    moved it."""

    place: int
    id: str
    title: str
    score: float
    change: str
    by: tuple[str, ...]


class Fired(msgspec.Struct, frozen=True):
    """A rule that fires: why, and what it does."""

    rule: str
    why: str
    does: str


class Preview(msgspec.Struct, frozen=True):
    """An answer without rules and with them."""

    fired: tuple[Fired, ...]
    before: tuple[Shown, ...]
    after: tuple[Shown, ...]
    redirect: str
    banners: tuple[Banner, ...]
    replaced: str
    notes: tuple[str, ...]


_RULE = RuleSaid(name="summer sandals", when={"contains": ["sandal"]}, then={"pin": ["87"]})
PREVIEW = Preview(
    fired=(Fired("summer sandals", 'the question has "sandals"', "pins 87 to place 1"),),
    before=(Shown(1, "12", "Sandal", 1.9, "down", ()),),
    after=(Shown(1, "87", "Beach sandal", 1.2, "up", ("summer sandals",)),),
    redirect="",
    banners=(),
    replaced="",
    notes=(),
)
_PUT = {422: "they cannot be kept; `details` has all that is wrong"}
_NONE = {404: "there is no such rule"}


@router.get("/rules", summary="All rules", responses=answers(Rules, "The rules.", example=Rules((_RULE,))))
def all_rules(request: Request, caller: Admin) -> Json:
    """The rules of the shop, as a file that ``POST /rules`` and ``wares rules import`` read."""
    with desks.desk(serving.of(request), caller) as desk:
        return Json(rule_files.to_data(desk.rules.all()))


@router.post(
    "/rules",
    summary="Keep rules",
    responses=answers(Changed, "What changed.", example=Changed(("summer sandals",)), others=_PUT),
    openapi_extra=takes(Rules, example=Rules((_RULE,))),
)
async def put_several(request: Request, caller: Admin, alone: Alone = False) -> Json:
    """Keep rules in place of those of the same name, or of all. All of them or none."""
    body = await request.body()

    def kept() -> Changed:
        with desks.desk(serving.of(request), caller) as desk:
            changed, findings = desks.put_rules(desk, desks.rules_of(body), alone=alone)
            return Changed(tuple(changed), tuple(findings))

    return Json(await run_in_threadpool(kept))


@router.post(
    "/rules/check",
    summary="What is wrong with rules",
    responses=answers(Findings, "Errors and warnings.", example=Findings(())),
    openapi_extra=takes(Rules, example=Rules((_RULE,))),
)
async def check(request: Request, caller: Admin, alone: Alone = False) -> Json:
    """Hold rules against the shop, and against the rules that there are. Nothing is kept."""
    body = await request.body()

    def found() -> Findings:
        with desks.desk(serving.of(request), caller) as desk:
            return Findings(tuple(desks.details(desk.check_rules(desks.rules_of(body), alone=alone))))

    return Json(await run_in_threadpool(found))


@router.post(
    "/rules/preview",
    summary="What rules would change",
    responses=answers(Preview, "The answer without rules and with them.", example=PREVIEW, others=_PUT),
    openapi_extra=takes(RulesTrial, example={"text": "sandals", "rule": [msgspec.to_builtins(_RULE)]}),
)
async def try_rules(request: Request, caller: Admin) -> Json:
    """The first hits of a question without rules and with them, side by side, and which rules fire and why; with
    ``rule``, as if these were kept. Nothing is kept."""
    trial: RulesTrial = decoded(await request.body() or b"{}", RulesTrial, "the trial")
    return Json(await run_in_threadpool(_tried, request, caller, trial))


@router.get(
    "/rules/{name:path}", summary="A rule", responses=answers(RuleSaid, "The rule.", example=_RULE, others=_NONE)
)
def one_rule(request: Request, caller: Admin, name: Name) -> Json:
    """One rule by its name."""
    with desks.desk(serving.of(request), caller) as desk:
        return Json(rule_files.row(desks.named(desk.rules, RULES, name)))


@router.put(
    "/rules/{name:path}",
    summary="Keep a rule",
    responses=answers(Changed, "What changed.", example=Changed(("summer sandals",)), others=_PUT),
    openapi_extra=takes(RuleSaid, example=_RULE),
)
async def put_one(request: Request, caller: Admin, name: Name) -> Json:
    """Keep a rule under its name, in place of the one that there is. A name in the body is that of the address."""
    body = await request.body()

    def kept() -> Changed:
        said = decoded(body, dict[str, Any], "the rule")
        if said.setdefault("name", name) != name:
            raise QueryError("the rule has another name than the address; put it under its own")
        with desks.desk(serving.of(request), caller) as desk:
            changed, findings = desks.put_rules(desk, desks.rules_of(msgspec.json.encode([said])))
            return Changed(tuple(changed), tuple(findings))

    return Json(await run_in_threadpool(kept))


@router.delete(
    "/rules/{name:path}",
    summary="Remove a rule",
    responses=answers(Changed, "What changed.", example=Changed(("summer sandals",)), others=_NONE),
)
def remove(request: Request, caller: Admin, name: Name) -> Json:
    """Remove a rule."""
    with desks.desk(serving.of(request), caller) as desk:
        desks.named(desk.rules, RULES, name)
        return Json(Changed(tuple(desk.rules.remove([name]))))


def _tried(request: Request, caller: Caller, trial: RulesTrial) -> Preview:
    served = serving.of(request)
    parts = (Part("text", trial.text),) if trial.text.strip() else ()
    query = Asked(parts=parts, where=caller.seen(asking.where_of(trial.where)), limit=trial.limit)
    with desks.desk(served, caller) as desk:
        return shown(preview.preview(served.shop, query, _among(desk, trial)))


def shown(found: preview.Preview) -> Preview:
    """A preview as it is sent."""
    return Preview(
        fired=tuple(Fired(*each) for each in found.fired),
        before=tuple(Shown(*each) for each in found.before),
        after=tuple(Shown(*each) for each in found.after),
        redirect=found.redirect,
        banners=found.banners,
        replaced=found.replaced,
        notes=found.notes,
    )


def _among(desk: Desk, trial: RulesTrial) -> list[Rule] | None:
    """The rules of a trial among those of the shop. :class:`Unfit` for those that could not be kept either."""
    if trial.rule is None:
        return None
    new = desks.rules_of(msgspec.json.encode(trial.rule))
    findings = desk.check_rules(new, alone=trial.alone)
    if wrong := next((finding for finding in findings if finding.level == "error"), None):
        raise Unfit(str(wrong), desks.details(findings))
    kept = {} if trial.alone else {rule.name: rule for rule in desk.rules.all()}
    return list({**kept, **{rule.name: rule for rule in new}}.values())
