"""Filters in words: a grammar of English and Chinese, and the values that a catalogue was found to have.

``text``  what was typed, folded, with its words
``numbers``, ``phrases``, ``comparing``  figures and numerals; the tables as patterns; what stands around a number
``known``  what a reader knows of a shop
``money``, ``ratings``, ``orders``, ``sizes``, ``negation``, ``naming``  the rules of the grammar
``facets``  bare values
``reader``  all of them, one after the other

The tables: ``grammar.tsv`` turns of phrase, ``units.tsv``, ``currencies.tsv``.
"""
