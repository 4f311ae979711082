from __future__ import annotations

import os
from pathlib import Path

import pytest

from wares import media
from wares.errors import MediaError
from wares.settings import MediaLimits


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "feed"
    (root / "pictures").mkdir(parents=True)
    (root / "pictures" / "a b.jpg").write_bytes(b"inside")
    (tmp_path / "secret.txt").write_bytes(b"outside")
    return root


def test_bytes_are_given_back():
    assert media.read(b"hello") == b"hello"


@pytest.mark.parametrize("written", ["pictures/a b.jpg", "./pictures/../pictures/a b.jpg"])
def test_a_relative_path_is_read_from_the_root(root, written):
    assert media.read(written, root=root) == b"inside"
    assert media.read(Path(written), root=root) == b"inside"


def test_an_absolute_path_and_a_file_url_are_read_inside_the_root(root):
    assert media.read(str(root / "pictures" / "a b.jpg"), root=root) == b"inside"
    assert media.read(f"file://{root}/pictures/a%20b.jpg", root=root) == b"inside"
    assert media.read(f"file://localhost{root}/pictures/a%20b.jpg", root=root) == b"inside"


def test_without_a_root_any_path_is_read(root):
    assert media.read(root.parent / "secret.txt") == b"outside"
    assert media.read(str(root.parent / "secret.txt")) == b"outside"


@pytest.mark.parametrize(
    "escape",
    ["../secret.txt", "pictures/../../secret.txt", "{parent}/secret.txt", "file://{parent}/secret.txt", "link"],
)
def test_nothing_outside_the_root_is_read(root, escape):
    (root / "link").symlink_to(root.parent / "secret.txt")
    with pytest.raises(MediaError, match="outside the media folder"):
        media.read(escape.format(parent=root.parent), root=root)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("nothing.jpg", "no such file"),
        ("pictures", "not a regular file"),
        ("pipe", "not a regular file"),
        ("circle", "circle|levels|loop"),
        ("empty", "is empty"),
        ("vast", "larger than 1,000 bytes"),
        ("nul\0.jpg", "NUL"),
        ("x" * 5000, "too long"),
        ("", "not a regular file"),
        ("ftp://example.org/a.jpg", "ftp:// is not read"),
        ("file://example.org/a.jpg", "file URL with a host"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(root, source, words):
    os.mkfifo(root / "pipe")
    (root / "circle").symlink_to(root / "circle")
    (root / "empty").touch()
    with (root / "vast").open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(MediaError, match=words) as caught:
        media.read(source, root=root, limits=MediaLimits(max_bytes=1000))
    assert len(str(caught.value)) < 400


def test_a_device_is_not_read():
    with pytest.raises(MediaError, match="not a regular file"):
        media.read("/dev/zero")


def test_too_many_bytes_are_refused():
    assert media.read(b"x" * 10, limits=MediaLimits(max_bytes=10))
    with pytest.raises(MediaError, match="larger than 10 bytes"):
        media.read(b"x" * 11, limits=MediaLimits(max_bytes=10))
