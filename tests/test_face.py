"""The public face: what `import wares` gives, and what it costs."""

import subprocess
import sys

import wares

HEAVY = (
    "numpy",
    "PIL",
    "onnxruntime",
    "onnx",
    "sqlalchemy",
    "qdrant_edge",
    "pyarrow",
    "lark",
    "typer",
    "httpx",
    "msgspec",
)


def test_every_public_name_can_be_imported_and_no_other_is_promised() -> None:
    assert wares.__all__ == sorted(wares.__all__)
    assert set(wares.__all__) == set(wares._HOMES)
    for name in wares.__all__:
        assert getattr(wares, name).__module__.startswith("wares")


def test_an_unknown_name_is_an_attribute_error() -> None:
    try:
        wares.nothing_of_the_kind  # noqa: B018
    except AttributeError as error:
        assert "nothing_of_the_kind" in str(error)
    else:
        raise AssertionError("an unknown name was found")


def test_importing_wares_loads_no_heavy_library() -> None:
    code = "import sys, wares; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not set(HEAVY) & set(loaded)
