"""The table of models: what is asked for by name, and what is told when it cannot be had."""

import subprocess
import sys

import pytest

from wares import encoders
from wares.errors import MissingExtra, ModelUnavailable, SetupError
from wares.settings import Environment


@pytest.fixture
def offline(tmp_path):
    return Environment(cache=tmp_path, offline=True)


def test_an_unknown_model_is_told_with_the_nearest_name(offline):
    with pytest.raises(SetupError, match="'defualt'; did you mean default"):
        encoders.build("defualt", offline)


def test_the_basic_model_needs_no_download(offline):
    channels = [encoder.channel for encoder in encoders.build("basic", offline)]
    assert "hashed.text" in channels
    assert list(offline.cache.iterdir()) == []


def test_without_weights_and_offline_the_default_model_says_what_to_do(offline):
    with pytest.raises(ModelUnavailable, match=r"use-multilingual-v3.*(wares models pull|WARES_OFFLINE)"):
        encoders.build("default", offline)


@pytest.mark.parametrize("location", ["file:", "file:/no/such/folder", "hf:", "hf:only-a-name", "hf:a/b/c"])
def test_a_location_that_names_no_model_is_refused(offline, location):
    with pytest.raises(SetupError, match=location.partition(":")[0]):
        encoders.build(location, offline)


def test_a_two_tower_model_without_its_libraries_says_the_pip_line(export, offline, monkeypatch):
    folder = export()
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(MissingExtra, match=r'pip install "wares\[hub\]"'):
        encoders.build(f"file:{folder}", offline)


def test_the_table_costs_no_heavy_import():
    code = "import sys, wares.encoders; print(*(m for m in sys.modules if m in ('numpy', 'onnxruntime', 'PIL')))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""
