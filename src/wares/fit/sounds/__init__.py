"""The head of sounds that wares brings: how it is trained.

    python -m wares.fit.sounds FOLDER

FOLDER has the set that docs/sounds.md describes, ``audio.dev.zip``: clips with a label, a source and a licence. Only
those are learned from whose licence lets a model of them be given away.

``clips``     the clips of the set, and other views of them
``nothing``   sounds that come from nothing that is sold: noise, hum, clicks, and what moves like speech
``training``  the head, its familiarity, the directions of timbre, the card
"""
