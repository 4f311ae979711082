"""Reviews: read from feeds, and what they come to: aspects, each praised or criticised, in English and Chinese.

feed.py       rows of a feed → reviews, without who wrote them
lexicon.py    the words of the method: aspects.tsv, tones.tsv
clauses.py    a text → clauses → units that may have a tone
tones.py      the tones of units: the lexicon's, moved by what the stars of the shop's own reviews tell
summing.py    the reviews of one product → its reception
"""
