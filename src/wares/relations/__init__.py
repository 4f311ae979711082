"""Relations: the graph of products, brands and categories that is learnt from the catalogue, and its uses.

:class:`Graph` is learnt at indexing; its ``tree`` (:class:`Tree`) tells where to look when a category has too little.
:func:`asked` reads "accessories for X" out of a question, and :meth:`Graph.related` answers it once X is found.
:func:`walk` and :func:`nearness` tell what is near to some products.
"""

from wares.relations.asked import Asked, asked
from wares.relations.graph import Edge, Graph
from wares.relations.tree import Tree
from wares.relations.walking import nearness, walk

__all__ = ["Asked", "Edge", "Graph", "Tree", "asked", "nearness", "walk"]
