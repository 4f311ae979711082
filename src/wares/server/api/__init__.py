"""The API, ``/api/v1``: one file for each family of routes."""

from __future__ import annotations

from fastapi import APIRouter

from wares.server.api import (
    audit,
    clips,
    events,
    facets,
    identify,
    info,
    jobs,
    journal,
    pictures,
    products,
    rules,
    search,
    settings,
    suggest,
    synonyms,
    why,
)

PREFIX = "/api/v1"

#: Families in the order in which the document shows them.
ROUTERS: tuple[APIRouter, ...] = (
    search.router,
    suggest.router,
    facets.router,
    pictures.router,
    clips.router,
    why.router,
    identify.router,
    products.router,
    jobs.router,
    rules.router,
    synonyms.router,
    events.router,
    journal.router,
    info.router,
    settings.router,
    audit.router,
)
