"""One rule: written in a form or as TOML, checked, tried on a question, and kept."""

from __future__ import annotations

from typing import Any, NamedTuple

from fastapi import Response

from wares.errors import WaresError
from wares.merchandising import Finding
from wares.merchandising.desk import Desk
from wares.ranking.rules import Rule
from wares.server.console.forms import Form, Posted, done
from wares.server.console.here import Asked, Here
from wares.server.console.here import router as console_router
from wares.server.console.pages import rule_form
from wares.server.console.pages.desks import desk_of
from wares.server.console.pages.rules import Tried, tried
from wares.server.console.rendering import page
from wares.server.errors import message_of

router = console_router()


class Edited(NamedTuple):
    """A rule that is being written: as fields (None when only TOML can say it), as TOML, and what is wrong with it.
    ``name`` is the one that it is kept by; "" for a new one."""

    name: str
    fields: dict[str, str] | None
    toml: str
    way: str = "form"
    findings: tuple[Finding, ...] = ()
    trouble: str = ""


def edited(rule: Rule, way: str = "form") -> Edited:
    """A rule that there is."""
    fields = rule_form.fields(rule)
    return Edited(rule.name, fields, rule_form.toml_of(rule), way if fields is not None else "toml")


def new(way: str = "form", **given: str) -> Edited:
    """A rule that there is not yet."""
    toml = '[[rule]]\nname = ""\n\n[rule.when]\ncontains = []\n\n[rule.then]\nboost = [{ filter = "", by = 0.2 }]\n'
    return Edited("", rule_form.blank(**given), toml, way)


def posted(desk: Desk, form: Form) -> tuple[Edited, Rule | None, list[Rule]]:
    """What a form says: to be shown again, as a rule if it is one, and all rules of the shop with it in its place."""
    name, way = form.one("was"), form.one("as", "form")
    shown = Edited(name, rule_form.texts(form), form.one("toml"), way)
    others = [rule for rule in desk.rules.all() if rule.name != name]
    try:
        rule = rule_form.rule_of(form)
    except WaresError as wrong:
        return shown._replace(trouble=message_of(wrong)), None, others
    whole = [*(one for one in others if one.name != rule.name), rule]
    found = [one for one in desk.check_rules(whole, alone=True) if one.rule == rule.name]
    shown = shown._replace(toml=rule_form.toml_of(rule) if way == "form" else shown.toml, findings=tuple(found))
    return shown, rule, whole


def keep(desk: Desk, rule: Rule, was: str) -> None:
    """Keep a rule; under another name it takes the place of the one it ``was``."""
    desk.put_rules([rule])
    if was and was != rule.name:
        desk.rules.remove([was])


@router.get("/rules/new")
def create(here: Asked, q: str = "", way: str = "form") -> Response:
    """An empty form; ``q`` is a question at which the rule is to fire."""
    return _page(here, new(way, exact=q[:200]), Tried(q[:200]))


@router.get("/rules/edit")
def edit(here: Asked, name: str = "", way: str = "form") -> Response:
    """The form of a rule."""
    with desk_of(here) as desk:
        return _page(here, edited(desk.rules.get(name), way), Tried(""))


@router.post("/rules/edit")
def save(here: Asked, form: Posted) -> Response:
    """Keep a rule, or only check it and try it out."""
    with desk_of(here) as desk:
        shown, rule, whole = posted(desk, form)
        if form.one("do") == "save" and rule is not None:
            try:
                keep(desk, rule, shown.name)
            except WaresError as wrong:
                shown = shown._replace(trouble=message_of(wrong))
            else:
                return done(here, "/rules", here.t("Kept: {name}", name=rule.name))
    question = form.one("q")
    result = tried(here, question, whole) if rule is not None else Tried(question)
    return _page(here, shown, result, checked=not shown.trouble, status_code=400 if shown.trouble else 200)


def _page(here: Here, shown: Edited, result: Tried, **more: Any) -> Response:
    view = {"checked": False, **more}
    return page(here, "rule.html", view=shown, tried=result, days=rule_form.DAYS, **view)
