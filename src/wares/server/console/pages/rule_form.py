"""A rule as a form, and a form as a rule.

The form is what a file has, as texts of fields: one pattern or product a line. What it cannot show (two boosts of one
rule, say) is edited as TOML.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from wares.errors import QueryError
from wares.merchandising import files, rule_files
from wares.ranking.rules import Rule
from wares.ranking.rules.records import Day
from wares.server.console.forms import Form

DAYS: tuple[str, ...] = get_args(Day)
PATTERNS = ("exact", "contains", "starts")
CHOICES = ("hide", "boost", "bury")
#: Fields of the form, but for whether the rule is on.
NAMES = (
    *("name", "about", "priority", *PATTERNS, "filter", "language", "from", "until", "zone", "days", "pin"),
    *("hour_from", "hour_until", "redirect", "replace", "banner_text", "banner_url"),
    *(f"{name}_{part}" for name in CHOICES for part in ("ids", "filter", "by")),
)

_AS = "the rule"


def fields(rule: Rule) -> dict[str, str] | None:
    """The texts of the form's fields; None for a rule that the form cannot show."""
    row = rule_files.row(rule)
    when, then = row.get("when", {}), row["then"]
    if any(len(then.get(name, ())) > 1 for name in CHOICES):
        return None
    found: dict[str, str] = {
        "name": rule.name,
        "about": rule.about,
        "priority": str(rule.priority or ""),
        "enabled": "1" if rule.enabled else "",
        "days": " ".join(when.get("days", ())),
        "pin": "\n".join(f"{pin['id']} {pin['place']}" for pin in then.get("pin", ())),
        "redirect": then.get("redirect", ""),
        "replace": then.get("replace", ""),
        "banner_text": then.get("banner", {}).get("text", ""),
        "banner_url": then.get("banner", {}).get("url", ""),
    }
    found |= {name: "\n".join(when.get(name, ())) for name in PATTERNS}
    found |= {name: str(when.get(name, "")) for name in ("filter", "language", "from", "until", "zone")}
    hours = when.get("hours", ("", ""))
    found |= {"hour_from": hours[0][:5], "hour_until": hours[1][:5]}
    for name in CHOICES:
        own: Mapping[str, Any] = next(iter(then.get(name, ())), {})
        found[f"{name}_ids"] = "\n".join(own.get("ids", ()))
        found[f"{name}_filter"] = own.get("filter", "")
        found[f"{name}_by"] = f"{own['by']:g}" if "by" in own else ""
    return found


def blank(**given: str) -> dict[str, str]:
    """The form of a new rule."""
    return {**dict.fromkeys(NAMES, ""), "enabled": "1", **given}


def texts(form: Form) -> dict[str, str]:
    """The texts of a form that was posted, to be shown again."""
    found = {name: form.one(name) for name in blank()}
    return found | {"days": " ".join(form.all("days"))}


def rule_of(form: Form) -> Rule:
    """The rule that a form says, as fields or as TOML. :class:`SetupError`, :class:`QueryError` for what is none."""
    if form.one("as") == "toml":
        found = rule_files.from_data(files.from_toml(form.one("toml"), _AS), _AS)
        if len(found) != 1:
            raise QueryError(f"there are {len(found)} rules here; write one [[rule]], or import a file of several")
        return found[0]
    return rule_files.from_data([row_of(form)], _AS)[0]


def row_of(form: Form) -> dict[str, Any]:
    """The rule as a file would have it."""
    row: dict[str, Any] = {"name": form.one("name"), "when": _when(form), "then": _then(form)}
    if about := form.one("about"):
        row["about"] = about
    if priority := int(form.number("priority", "the priority", 0)):
        row["priority"] = priority
    if not form.one("enabled"):
        row["enabled"] = False
    return row


def toml_of(rule: Rule) -> str:
    """The rule as TOML."""
    return files.toml(rule_files.to_data([rule]))


def _when(form: Form) -> dict[str, Any]:
    own: dict[str, Any] = {name: lines for name in PATTERNS if (lines := form.lines(name))}
    own |= {name: text for name in ("filter", "language", "from", "until", "zone") if (text := form.one(name))}
    if days := list(form.all("days")):
        own["days"] = days
    hours = [form.one("hour_from"), form.one("hour_until")]
    return own | ({"hours": hours} if any(hours) else {})


def _then(form: Form) -> dict[str, Any]:
    then: dict[str, Any] = {name: text for name in ("redirect", "replace") if (text := form.one(name))}
    if pins := [_pin(line, at) for at, line in enumerate(form.lines("pin"), start=1)]:
        then["pin"] = pins
    for name in CHOICES:
        if chosen := _choice(form, name):
            then[name] = [chosen]
    if text := form.one("banner_text"):
        url = form.one("banner_url")
        then["banner"] = {"text": text, **({"url": url} if url else {})}
    return then


def _pin(line: str, at: int) -> dict[str, Any]:
    """``ID PLACE``; without a place the lines count."""
    id, _, place = line.rpartition(" ")
    return {"id": id.strip(), "place": int(place)} if id and place.isdecimal() else {"id": line, "place": at}


def _choice(form: Form, name: str) -> dict[str, Any]:
    own: dict[str, Any] = {}
    if ids := form.lines(f"{name}_ids"):
        own["ids"] = ids
    if where := form.one(f"{name}_filter"):
        own["filter"] = where
    if own and name != "hide":
        own["by"] = form.number(f"{name}_by", f"how much to {name} by", 0.2)
    return own
