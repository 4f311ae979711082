"""The targets for speed, memory and disk, at 100,000 products unless told otherwise.

large.py      the shop that is measured: real titles and photos, a real feed, store and rebuild
searches.py   questions in words and pictures, filters, facets, and a brute-force scan beside them
recall.py     what the approximate channels miss
ingests.py    adding, adding again, rebuilding, disk
visits.py     what only a process of its own can show: starting, opening, memory, a writer beside a reader
"""
