"""The API, ``/api/v1``: one file for each family of routes."""

from __future__ import annotations

from fastapi import APIRouter

from wares.server.api import facets, identify, info, pictures, products, rules, search, suggest, synonyms, why

PREFIX = "/api/v1"

#: Families in the order in which the document shows them.
ROUTERS: tuple[APIRouter, ...] = (
    search.router,
    suggest.router,
    facets.router,
    pictures.router,
    why.router,
    identify.router,
    products.router,
    rules.router,
    synonyms.router,
    info.router,
)
