"""What was typed, read as what was meant: :class:`Speller` puts a question's spelling right with the words of the
catalogue.

``pieces`` cuts a question; ``latin`` and ``chinese`` find what was meant, ``joins`` words that were written as two;
``distance`` tells how far two words are apart; ``known`` has words that are right although no product has them.
"""

from wares.query.spelling.speller import Corrected, Speller

__all__ = ["Corrected", "Speller"]
