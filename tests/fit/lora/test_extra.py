"""Without the extra "torch"; and settings that make no sense, which need none."""

from importlib.util import find_spec

import pytest

from wares.errors import MissingExtra, SetupError
from wares.fit.lora import LoraSettings, adapt

from .conftest import SHORT


@pytest.mark.skipif(find_spec("torch") is not None, reason='the extra "torch" is installed')
def test_what_is_missing_comes_with_the_pip_line(train, held_out, environment, tmp_path):
    with pytest.raises(MissingExtra, match=r'pip install "wares\[torch\]"'):
        adapt("hf:owner/name", train, held_out, tmp_path / "o", settings=SHORT, environment=environment)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"rank": 0},
        {"batch_size": 1},
        {"learning_rate": 0.0},
        {"learning_rate": float("nan")},
        {"caption_dropout": 1.0},
        {"weight_decay": -1.0},
        {"max_steps": 0},
    ],
    ids=lambda wrong: "-".join(map(str, *wrong.items())),
)
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(SetupError, match=next(iter(wrong))):
        LoraSettings(**wrong)
