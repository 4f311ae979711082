"""``wares models``, with an empty cache and no network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from wares.encoders import names
from wares.models import CARDS

Command: TypeAlias = Callable[..., Any]


@pytest.mark.parametrize("verb", [["models"], ["models", "list"]], ids=" ".join)
def test_every_model_is_listed(verb: list[str], wares: Command) -> None:
    told = wares(*verb, "--json").json
    assert set(names()) <= set(told["models"])
    assert [(item["name"], item["cached"]) for item in told["weights"]] == [(name, False) for name in CARDS]
    printed = wares(*verb)
    assert printed.code == 0
    assert all(name in printed.out for name in (*names(), *CARDS))


def test_offline_nothing_is_pulled(wares: Command) -> None:
    name = next(iter(CARDS))
    done = wares("models", "pull", name)
    assert (done.code, done.out) == (1, "")
    assert name in done.err
    assert "error: " in done.err


def test_what_needs_no_weights_is_ready(wares: Command) -> None:
    assert wares("models", "pull", "basic", "--json").json == {"pulled": {"basic": "ready"}}


def test_absent_weights_fail_only_when_they_are_named(wares: Command) -> None:
    assert wares("models", "verify", "--json").json == {"verified": dict.fromkeys(CARDS, "absent")}
    assert wares("models", "verify").code == 0
    name = next(iter(CARDS))
    assert wares("models", "verify", name).code == 1


@pytest.mark.parametrize("verb", ["list", "pull", "verify"])
def test_an_unknown_model_names_the_nearest(verb: str, wares: Command) -> None:
    name = next(iter(CARDS))
    assert name in wares("models", verb, name[:-1]).error()
