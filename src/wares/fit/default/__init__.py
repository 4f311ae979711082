"""The heads that wares brings: how they are trained.

    python -m wares.fit.default FOLDER

FOLDER has the two free sets that docs/alignment.md describes: ``clothing_cc0.dev.zip`` (photos of clothes, CC0) and
``grocery.dev.zip`` (photos of groceries, MIT). Beside them stands what the classifier of the picture model knows by
itself: its classes and their names.

``sets``      the free sets as pictured products
``classes``   the classes of the classifier as pictured products: pictures that were never taken
``training``  heads from these, the share of the prior by leaving one set out, the card
"""
