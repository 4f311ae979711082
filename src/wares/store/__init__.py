"""The source of truth of a shop: its products, their media, and the features that encoders made of them.

Everything else (the index above all) is made from it and can be thrown away. It is one SQLite file in the shop's
folder, or a PostgreSQL database. :class:`wares.store.store.Store` is what callers hold; :mod:`wares.store.entries`
has the records that go in and come out.
"""
