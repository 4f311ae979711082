"""Read a feed into a shop and search it.

python examples/index_and_search.py my-shop products.csv "something warm"
"""

import sys

import wares


def main(folder: str, feed: str, words: str) -> None:
    catalogue = wares.read(feed, on_problem=lambda problem: print("left out:", problem))
    with wares.open(folder) as shop:
        report = shop.add(catalogue)
        print(f"{report.added} added, {report.changed} changed, {report.unchanged} unchanged")
        results = shop.search(words, facets=["brand"], k=3)
        for hit in results.hits:
            print(f"{hit.score:.3f}  {hit.id}  {hit.title}  {hit.product.price or ''}")
        for value in results.facets["brand"]:
            print(f"{value.count} of {value.value}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:4])
    except wares.WaresError as error:  # what is wrong, where, and what to do, on one line
        sys.exit(f"error: {error}")
