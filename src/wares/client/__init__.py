"""A shop on a server, with the verbs of :class:`wares.Shop`.

>>> from wares import Client
>>> with Client("http://127.0.0.1:8000", key="wares_…") as shop:  # doctest: +SKIP
...     shop.search("red shoes", where="price < 50", k=10)

What :class:`wares.Shop` raises is raised here, too: the answer of a server names the class of the error.
"""

from __future__ import annotations

from wares.client.client import Client

__all__ = ["Client"]
