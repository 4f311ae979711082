"""Who may ask a shop over a network, for what, and how often: API keys, their scopes and their limits.

:class:`~wares.access.keyring.Keyring` makes, changes and checks keys, :class:`~wares.access.limiter.RateLimiter`
counts calls. The room knows no network: a door hands in what a caller showed.
"""

from __future__ import annotations

from wares.access.keyring import Keyring
from wares.access.limiter import RateLimiter
from wares.access.records import SCOPES, Key, Scope

__all__ = ["SCOPES", "Key", "Keyring", "RateLimiter", "Scope"]
