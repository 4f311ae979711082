"""A shop that is given a bigger model: adapted, rolled out as a version of its index, and left again."""

import msgspec
import pytest

import wares
from wares.errors import SetupError
from wares.fit.bigger import adapt_shop
from wares.fit.job import fit
from wares.fit.lora import LoraSettings
from wares.records import Media
from wares.settings import Environment


@pytest.fixture
def shop(tmp_path, train):
    """A shop of the model "basic" with a product for each example that is learned from."""
    with wares.open(tmp_path / "shop", model="basic") as opened:
        opened.add(products(tmp_path, train))
        yield opened


def products(folder, examples):
    for number, example in enumerate(examples):
        path = folder / f"{number}.png"
        example.picture().save(path)
        words = example.captions[0].split()
        yield wares.Product(
            id=f"p{number}",
            title=f"{example.captions[0]} {number}",
            category=(words[2],),
            attributes={"colour": words[1]},
            media=(Media(str(path)),),
        )


@pytest.fixture
def settings():
    return LoraSettings(
        **{"rank": 8, "learning_rate": 5e-3, "projection_rate": 5e-3, "dropout": 0.0, "caption_dropout": 0.0},
        **{"max_steps": 150, "evaluate_every": 50, "patience": 3, "batch_size": 48, "warmup_steps": 10},
        device="cpu",
    )


def test_a_shop_works_by_its_own_model_and_goes_back(shop, build, settings, tmp_path):
    base = build()
    before = shop.search("red circle").hits[0].why
    report = adapt_shop(shop, f"file:{base}", settings=settings, force=True)
    assert report.switched and shop.fit == report.fit == "000001"
    assert report.measures[0].n > 0
    assert {reason.channel for hit in shop.search("red circle").hits for reason in hit.why} & {"model.image"}
    names = {path.name for path in (shop.fits.path("000001") / "model" / "onnx").iterdir()}
    assert any("vision_model" in name for name in names)

    with wares.open(tmp_path / "shop") as again:  # another opening finds the model by itself
        assert again.search("red circle").total > 0

    with pytest.raises(SetupError, match="adapted to it"):
        fit(shop)

    shop.rollback()
    assert shop.fit == ""
    assert [msgspec.structs.astuple(one)[:2] for one in shop.search("red circle").hits[0].why] == [
        msgspec.structs.astuple(one)[:2] for one in before
    ]


def test_a_model_that_is_no_better_is_not_switched_to(shop, build, settings):
    """Without a step the random model finds nothing that the one in force does not."""
    idle = msgspec.structs.replace(settings, max_steps=1, learning_rate=1e-9, projection_rate=0.0)
    fit_before = shop.fit
    report = adapt_shop(shop, f"file:{build()}", settings=idle)
    if report.switched:  # the model in force finds no picture by words at all, so that chance alone may do
        pytest.skip("the random model was better than none")
    assert shop.fit == fit_before
    assert not shop.fits.names()


def test_a_base_that_is_not_there_is_told_and_nothing_changes(shop, tmp_path):
    pytest.importorskip("torch", reason='the extra "torch" is not installed')
    with pytest.raises(SetupError):
        adapt_shop(shop, f"file:{tmp_path / 'nowhere'}")
    assert shop.fit == ""
    assert shop.fits.environment == Environment.read()
