"""The real command, in this process (fast) and in its own (signals, pipes, limits), and a small shop to ask."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple, TypeAlias

import pytest
from PIL import Image, ImageDraw

from wares.cli.run import run
from wares.settings import FoldingSettings, Settings
from wares.shop import Shop

COLOURS = {"red": (200, 30, 40), "green": (30, 140, 60), "blue": (40, 70, 200)}
KINDS = {"cup": "Kitchen/Cups", "lamp": "Home/Lamps", "backpack": "Bags"}


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def error(self, code: int = 1) -> str:
        """The message of a command that failed as it should: one line on stderr, nothing on stdout, no traceback."""
        assert self.code == code, self
        assert self.out == ""
        lines = self.err.strip().splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("error: ")
        assert "unexpected" not in lines[0]
        return lines[0]


Command: TypeAlias = Callable[..., Done]


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Offline, a cache of its own, 80 columns, no colours."""
    cleared = {"NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE"}
    kept = {name: value for name, value in os.environ.items() if name not in cleared}
    return {**kept, "WARES_CACHE": str(tmp_path_factory.mktemp("cache")), "WARES_OFFLINE": "1", "COLUMNS": "80"}


@pytest.fixture
def wares(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> Command:
    """Run a command in this process: ``wares("search", shop, "red")``."""
    for name in ("WARES_CACHE", "WARES_OFFLINE", "COLUMNS"):
        monkeypatch.setenv(name, environment[name])

    def call(*arguments: object) -> Done:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Done(code, out, err)

    return call


@pytest.fixture(scope="session")
def process(environment: dict[str, str]) -> Command:
    """Run a command in a process of its own; ``prefix`` is put before it, ``env`` into its environment."""

    def call(*arguments: object, prefix: tuple[str, ...] = (), env: dict[str, str] | None = None) -> Done:
        command = [*prefix, sys.executable, "-m", "wares", *map(str, arguments)]
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment | (env or {}), timeout=120, check=False
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture(scope="session")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine products, each with a drawn picture; two brands, three prices, and a Chinese title."""
    folder = tmp_path_factory.mktemp("feed")
    with (folder / "products.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "title", "brand", "category", "price", "image", "colour"])
        for place, kind in enumerate(KINDS):
            for colour, shade in COLOURS.items():
                name = f"{kind}-{colour}"
                draw(folder / f"{name}.png", kind, shade)
                title = f"{colour.title()} {kind}" + (" 红色水杯" if name == "cup-red" else "")
                price = f"{10 * (place + 1)}.50 EUR"
                row = [name, title, "Acme" if place else "Foo & Co", KINDS[kind], price, f"{name}.png", colour]
                writer.writerow(row)
    return folder / "products.csv"


def draw(path: Path, kind: str, shade: tuple[int, int, int]) -> None:
    """A picture of a kind of thing: another shape for each kind."""
    image = Image.new("RGB", (96, 96), "white")
    pen = ImageDraw.Draw(image)
    if kind == "cup":
        pen.rectangle((28, 30, 68, 80), fill=shade)
    elif kind == "lamp":
        pen.polygon(((48, 10), (85, 60), (11, 60)), fill=shade)
    else:
        pen.ellipse((14, 14, 82, 82), fill=shade)
    image.save(path)


@pytest.fixture(scope="session")
def made(feed: Path, tmp_path_factory: pytest.TempPathFactory, process: Command) -> Path:
    """A shop made by the command, in which a lamp of three colours is three products; not to be changed."""
    shop = tmp_path_factory.mktemp("shops") / "shop"
    Shop.open(shop, settings=Settings(model="basic", folding=FoldingSettings(on=False))).close()
    done = process("index", shop, feed, "--model", "basic")
    assert done.code == 0, done.err
    return shop


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Path:
    """A copy of the shop, to do with as one likes."""
    copy = tmp_path / "shop"
    subprocess.run(["cp", "-r", "--sparse=always", made, copy], check=True)  # index files are sparse
    return copy


@pytest.fixture
def server(feed: Path) -> Iterator[str]:
    """The feed's folder, served over HTTP from a loopback address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *values: object) -> None:
            """Nothing on stderr, which the tests read."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(feed.parent))) as serving:
        thread = Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()
        thread.join()
