"""Where a feed's media paths may lead."""

from pathlib import Path

import pytest

import wares


def feed(folder: Path, image: str) -> Path:
    path = folder / "feed.csv"
    path.write_text(f"id,title,image\n1,Mug,{image}\n")
    return path


@pytest.mark.parametrize(
    "image", ["../secret.png", "a/../../secret.png", "/etc/secret.png", "file:///etc/secret.png"]
)
def test_a_path_out_of_the_media_root_is_a_row_error(tmp_path: Path, image: str) -> None:
    folder = tmp_path / "feeds"
    folder.mkdir()
    catalogue = wares.read(feed(folder, image))
    assert list(catalogue) == []
    [problem] = catalogue.problems
    assert problem.line == 2
    assert "--media-root" in str(problem)


@pytest.mark.parametrize("image", ["mug.png", "./mug.png", "a/../mug.png"])
def test_a_relative_path_starts_at_the_feeds_folder(tmp_path: Path, image: str) -> None:
    [product] = wares.read(feed(tmp_path, image))
    assert Path(str(product.media[0].source)) == tmp_path.resolve() / "mug.png"


def test_an_absolute_path_below_the_media_root_is_fine(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    [product] = wares.read(feed(tmp_path, f"{pictures}/mug.png"), media_root=pictures)
    assert product.media[0].source == f"{pictures}/mug.png"


def test_urls_are_left_as_they_are(tmp_path: Path) -> None:
    [product] = wares.read(feed(tmp_path, "https://shop.example/a/../mug.png"))
    assert product.media[0].source == "https://shop.example/a/../mug.png"
