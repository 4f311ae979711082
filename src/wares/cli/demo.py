"""``wares demo``: a real catalogue, indexed and searched by words and pictures."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from wares.cli import index
from wares.cli.options import AsJson
from wares.cli.output import print_json, stderr, stdout

if TYPE_CHECKING:
    from wares.records import Results
    from wares.shop import Shop

#: The demo shop of Saleor: 35 products with 50 pictures, taken as data out of the last wheel that carries it.
REQUIREMENT = "saleor==2.10.1"
SHA256 = "ebf33a74d000dcee5298b728b1bb10321521feea74c94a28bf85da556bfd337c"
FEED = "saleor/static/populatedb_data.json"
PICTURES = "saleor/static/placeholders"
CREDIT = "The catalogue and its pictures are Saleor's demo shop, (c) Saleor Commerce, licence BSD-3-Clause."

#: The catalogue's picture that becomes the question, and the part of it that is kept (left, top, right, bottom).
PICTURE = "saleordemoproduct_sneakers_01_3.png"
KEPT = (0.08, 0.2, 0.85, 0.8)


class Ask(NamedTuple):
    """A search of the demonstration."""

    about: str
    text: str | None = None
    with_picture: bool = False

    def command(self, folder: Path, picture: Path) -> str:
        """The same search as it is typed."""
        words = ["wares", "search", str(folder), *([self.text] if self.text else ())]
        return shlex.join([*words, *(["--image", str(picture)] if self.with_picture else ())])


ASKS = (
    Ask("Words", text="a warm sweater"),
    Ask("Words of another language", text="红酒"),
    Ask("Words that are filters, one of them mistyped", text="carot juice under 4"),
    Ask("A picture: part of a photo of the catalogue, mirrored, so no exact copy", with_picture=True),
    Ask("Both: like this picture, but white", text="white", with_picture=True),
)
HITS = 3


def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the shop to make.")],
    model: Annotated[str | None, typer.Option(metavar="NAME", help="The model; basic needs no download.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a shop from a real catalogue and search it by words, by a picture and by both.

    The first run fetches the catalogue (7 MB) and the models; later ones take seconds and change nothing.

    \b
    Examples:
      wares demo demo-shop
      wares demo demo-shop --model basic
    """
    import wares

    console = stdout()
    stderr().print(CREDIT, style="dim", soft_wrap=True)
    files = _files()
    report, catalogue = index.add(
        folder, [files / FEED], model=model, format="saleor", media_root=files / PICTURES, map=None, strict=False
    )
    if not as_json:
        console.print(f"{folder}: {index.summary(report, catalogue)}", soft_wrap=True)
    picture = _question(files / PICTURES / PICTURE, folder / "question.jpg")
    with wares.open(folder, create=False) as shop:
        answers = [(ask, _search(shop, ask, picture)) for ask in ASKS]
        if as_json:
            print_json(_document(index.document(report, catalogue), answers, folder, picture))
            return
        from wares.cli.hits import print_results

        for ask, results in answers:
            console.print(f"\n{ask.about}", style="bold")
            console.print(f"$ {ask.command(folder, picture)} -k {HITS}", style="cyan", soft_wrap=True)
            print_results(console, results, shop=shop)
    console.print("\nThe pictures", style="bold")
    console.print(f"{files / PICTURES}\n{picture}  (the question)", soft_wrap=True)
    console.print("\nTry next", style="bold")
    for command in _next(folder, picture):
        console.print(command, style="cyan", soft_wrap=True)


def _files() -> Path:
    """The folder with the catalogue's files, fetched if it is not in the cache."""
    from wares import models
    from wares.settings import Environment

    return models.fetch_members(REQUIREMENT, [FEED, f"{PICTURES}/*.png"], SHA256, Environment.read())


def _question(picture: Path, path: Path) -> Path:
    """A part of a picture, mirrored and saved as a JPEG, where it is not there yet."""
    from PIL import ImageOps

    from wares import media
    from wares.errors import StoreError

    if not path.exists():
        image = media.decode_image(media.read(picture), name=picture.name)
        left, top, right, bottom = KEPT
        part = image.crop((left * image.width, top * image.height, right * image.width, bottom * image.height))
        try:
            ImageOps.mirror(part).save(path)
        except OSError as refused:
            raise StoreError(f"{path}: cannot write the picture: {refused.strerror or refused}") from refused
    return path


def _search(shop: Shop, ask: Ask, picture: Path) -> Results:
    return shop.search(ask.text, image=picture if ask.with_picture else None, k=HITS)


def _next(folder: Path, picture: Path) -> tuple[str, ...]:
    """Commands to go on with; each works as it stands."""
    shop = shlex.quote(str(folder))
    return (
        f"wares serve {shop}",
        f"wares search {shop} shirt --where 'price < 40' --facet category --facet size",
        f"wares search {shop} 橙汁 --explain -k 3",
        f"wares search {shop} --image {shlex.quote(str(picture))} --not yellow --contact-sheet hits.png",
        f"wares show {shop} 87",
        f"wares info {shop}",
        "wares index my-shop my-products.csv",
    )


def _document(
    report: dict[str, Any], answers: list[tuple[Ask, Results]], folder: Path, picture: Path
) -> dict[str, Any]:
    from wares.cli.search import document

    searches = [
        {"about": ask.about, "command": f"{ask.command(folder, picture)} -k {HITS}", "results": document(results)}
        for ask, results in answers
    ]
    return {"credit": CREDIT, "index": report, "searches": searches, "next": _next(folder, picture)}
