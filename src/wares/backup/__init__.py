"""A shop in one file, taken while it is served, and brought back with proof: it gives the same answers.

A backup is a tar file that any tar can unpack. It has the store, the live version of the index, the fits, the media
that were given as bytes, and, last, ``manifest.json``: the size and SHA-256 of each of them, and **probes**,
questions made of the catalogue with the answers that the shop gave. See docs/backup.md.
"""

from wares.backup.restoring import restore
from wares.backup.taking import backup

__all__ = ["backup", "restore"]
