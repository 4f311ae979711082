"""What merchants say: rules, synonyms and stop words of a shop, checked, kept, logged, previewed and measured.

:class:`Desk` is what callers hold::

    with wares.open("my-shop") as shop, Desk(shop, by="anna") as desk:
        desk.import_rules(Path("rules.toml"))
"""

from wares.merchandising.desk import Desk
from wares.merchandising.findings import Finding

__all__ = ["Desk", "Finding"]
