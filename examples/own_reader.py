"""A reader of one's own: products in an INI file, one section each.

    [mug-red]
    title = Enamel mug
    price = 12.90 EUR

python examples/own_reader.py products.ini

An installed package makes its reader known by an entry point of the group "wares.readers" instead of a row; then the
command line has it, too: wares index my-shop products.ini --format ini
"""

import configparser
import sys
from collections.abc import Iterator

import wares
from wares.catalogue import READERS
from wares.catalogue.base import Reader, Row
from wares.catalogue.feed import Feed
from wares.registry import PartSpec


class IniReader(Reader):
    """A section is a product, its name the id; every option is a column."""

    typed = False  # all is text: columns of numbers are recognised

    def rows(self, feed: Feed) -> Iterator[Row | wares.CatalogueError]:
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read_string(feed.document())
        except configparser.Error as error:
            line = getattr(error, "lineno", None)
            raise wares.CatalogueError(f"this is no INI file: {type(error).__name__}", line=line) from error
        for name in parser.sections():
            yield Row(None, {"id": name, **parser[name]})


READERS["ini"] = PartSpec(f"{__name__}:IniReader", "INI, one section a product")


def main(feed: str) -> None:
    catalogue = wares.read(feed, format="ini")
    for product in catalogue:
        print(product.id, product.title, product.price, product.attributes)
    for problem in catalogue.problems:
        print("left out:", problem)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:2])
    except wares.WaresError as error:
        sys.exit(f"error: {error}")
