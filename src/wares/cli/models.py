"""``wares models``: what there is to encode with, what of it is here, and fetching it before it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from wares.cli.options import AsJson
from wares.cli.output import print_json, stdout

if TYPE_CHECKING:
    from wares.models import Listed

app = typer.Typer(rich_markup_mode=None, invoke_without_command=True)

Name: TypeAlias = Annotated[str | None, typer.Argument(metavar="NAME", help="One of them; all unless given.")]

#: What --model takes besides the names of the table.
LOCATIONS = {"file:DIR": "a two-tower ONNX export in a folder", "hf:OWNER/NAME": "one of Hugging Face's hub"}


@app.callback()
def models(context: typer.Context, as_json: AsJson = False) -> None:
    """List, fetch and verify models; alone it lists them.

    \b
    Examples:
      wares models
      wares models pull
      wares models verify use-multilingual-v3
    """
    if context.invoked_subcommand is None:
        show(None, as_json)


@app.command("list")
def show(name: Name = None, as_json: AsJson = False) -> None:
    """List the models that a shop can be made with, and the weights that they need.

    \b
    Example:
      wares models list
    """
    from wares import encoders
    from wares.models import card, listing
    from wares.settings import Environment

    weights = listing(Environment.read())
    if name is not None:
        weights = [item for item in weights if item.name == card(name).name]
    abouts = {each: encoders.MODELS[each].about if each in encoders.MODELS else "" for each in encoders.names()}
    shops = {} if name is not None else {**abouts, **LOCATIONS}
    if as_json:
        print_json({"models": shops, "weights": weights})
    else:
        _print_list(shops, weights)


def _print_list(shops: dict[str, str], weights: list[Listed]) -> None:
    from wares.cli.sheets import table

    console = stdout()
    if shops:
        console.print(table(("--model", ""), shops.items()))
        console.print()
    rows = [
        (item.name, f"{item.size / 1e6:,.0f} MB", "here" if item.cached else "not here", item.licence, item.about)
        for item in weights
    ]
    console.print(table(("weights", "size", "", "licence", ""), rows))


@app.command()
def pull(name: Name = None, as_json: AsJson = False) -> None:
    """Fetch the weights of a model, or of all that what is installed uses; what is here is verified, and what is
    damaged is fetched anew.

    NAME is one of the weights, a model of a shop ("default"), or a location such as hf:OWNER/NAME.

    \b
    Examples:
      wares models pull
      wares models pull hf:Xenova/clip-vit-base-patch32
    """
    from wares import encoders
    from wares.models import CARDS, card
    from wares.models import pull as fetch
    from wares.settings import Environment

    environment = Environment.read()
    if (
        name is not None
        and name not in CARDS
        and (name.split(encoders.JOINT)[0] in encoders.names() or name.startswith(("file:", "hf:")))
    ):
        encoders.build(name, environment)
        pulled = {name: "ready"}
    else:
        names = [card(name).name] if name is not None else [each.name for each in CARDS.values() if each.wanted]
        pulled = {each: str(fetch(each, environment)) for each in names}
    if as_json:
        print_json({"pulled": pulled})
        return
    for each, place in pulled.items():
        stdout().print(f"{each}: {place}", soft_wrap=True)


@app.command()
def verify(name: Name = None, as_json: AsJson = False) -> None:
    """Read the weights that are here and compare their checksums. Fetches nothing; exit code 1 if any is damaged.

    \b
    Example:
      wares models verify
    """
    from wares.models import CARDS, card
    from wares.models import verify as check
    from wares.settings import Environment

    environment = Environment.read()
    names = [card(name).name] if name is not None else list(CARDS)
    found = {each: check(each, environment) for each in names}
    if as_json:
        print_json({"verified": found})
    else:
        mend = {
            "damaged": "damaged; run: wares models pull {}",
            "absent": "not here; to fetch it: wares models pull {}",
        }
        for each, status in found.items():
            stdout().print(f"{each}: {mend.get(status, status).format(each)}", soft_wrap=True)
    if "damaged" in found.values() or (name is not None and found[names[0]] == "absent"):
        raise typer.Exit(1)
