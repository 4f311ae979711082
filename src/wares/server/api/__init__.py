"""The API, ``/api/v1``: one file for each family of routes."""

from __future__ import annotations

from fastapi import APIRouter

from wares.server.api import facets, info, pictures, products, search, suggest

PREFIX = "/api/v1"

#: Families in the order in which the document shows them.
ROUTERS: tuple[APIRouter, ...] = (
    search.router,
    suggest.router,
    facets.router,
    pictures.router,
    products.router,
    info.router,
)
