"""The pages, one file each: a function that gathers what is shown, and routes that do no more than call it."""

from __future__ import annotations

from fastapi import APIRouter

from wares.server.console.pages import (
    audit,
    catalogue,
    evaluation,
    jobs,
    keys,
    login,
    models,
    overview,
    queries,
    rules,
    rules_edit,
    settings,
    versions,
)
from wares.server.console.pages import words as word_pages

ROUTERS: tuple[APIRouter, ...] = (
    login.router,
    overview.router,
    queries.router,
    catalogue.router,
    rules_edit.router,
    rules.router,
    word_pages.router,
    models.router,
    evaluation.router,
    versions.router,
    jobs.router,
    settings.router,
    keys.router,
    audit.router,
)
