"""What is learned and what is not, without an export."""

import msgspec
import pytest

from wares.errors import SetupError
from wares.fit.lora.quality import Questions

from .conftest import QUICK, SHORT

torch = pytest.importorskip("torch", reason='the extra "torch" is not installed')
pytest.importorskip("peft", reason='the extra "torch" is not installed')

from wares.fit.lora import layers, losses, training  # noqa: E402
from wares.fit.lora.bases import open_base  # noqa: E402
from wares.fit.lora.batches import Inputs, endless, shortened  # noqa: E402


def trainer_of(folder, environment, settings):
    """What steps, and what prepares its batches; the weights are those of the base."""
    torch.manual_seed(settings.seed)
    base = open_base(f"file:{folder}", environment, print)
    adapter = layers.Adapter(base.model, settings, "tiny")
    trainer = training.Trainer(base, adapter, settings, torch.device("cpu"), False)
    return trainer, Inputs(base, folder, torch.device("cpu"))


def learned(folder, train, held_out, environment, settings):
    """What :func:`training.learn` tells, and the weights it leaves."""
    trainer, inputs = trainer_of(folder, environment, settings)
    measure = training.measuring(inputs, Questions.of(held_out), held_out)
    told = training.learn(trainer, inputs, train, measure, lambda _: None)
    return told, weights(trainer.adapter.merge())


def stepped(folder, train, environment, settings, steps=10):
    """The weights after some steps, whether they are better or not."""
    trainer, inputs = trainer_of(folder, environment, settings)
    batches = endless(train, inputs, settings)
    for number in range(steps):
        trainer.step(next(batches), number)
    return weights(trainer.adapter.merge())


def original(folder, environment):
    return weights(open_base(f"file:{folder}", environment, print).model)


def weights(model):
    return {name: weight.clone() for name, weight in model.state_dict().items()}


def equal(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture(scope="module")
def clip(build):
    return build()


def test_the_same_seed_gives_the_same_weights_and_another_one_others(clip, train, environment):
    first, again = (stepped(clip, train, environment, SHORT) for _ in range(2))
    other = stepped(clip, train, environment, msgspec.structs.replace(SHORT, seed=1))
    assert equal(first, again)
    assert not equal(first, other)


@pytest.mark.parametrize("kind", ["clip", "siglip", "chinese_clip"])
def test_only_attention_and_projections_change(build, train, environment, kind):
    folder = build(kind)
    before, after = original(folder, environment), stepped(folder, train, environment, SHORT)
    assert before.keys() == after.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    parts = ("attn", "attention", "projection", "text_model.head")
    assert all(any(part in name for part in parts) for name in changed)
    for tower in ("text_model", "vision_model"):
        assert sum(name.startswith(tower) and name.endswith("weight") for name in changed) >= 8


def test_the_base_stays_as_it_is_when_nothing_was_better(clip, train, held_out, environment):
    settings = msgspec.structs.replace(SHORT, learning_rate=1e-12, projection_rate=0.0)
    told, after = learned(clip, train, held_out, environment, settings)
    assert told.best_step == 0
    assert equal(original(clip, environment), after)


def test_learning_stops_when_it_gets_no_better(clip, train, held_out, environment):
    idle = {"learning_rate": 1e-12, "projection_rate": 0.0}
    settings = msgspec.structs.replace(SHORT, max_steps=100, evaluate_every=1, patience=3, **idle)
    assert learned(clip, train, held_out, environment, settings)[0].steps == 3


def test_the_loss_of_siglip_learns_too(clip, train, held_out, environment):
    settings = msgspec.structs.replace(QUICK, loss="siglip", max_steps=100)
    told, _ = learned(clip, train, held_out, environment, settings)
    assert max(state.quality.mrr for state in told.history) > told.base.mrr + 0.2


# -- losses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", losses.LOSSES)
def test_kin_are_neither_drawn_together_nor_apart(name):
    torch.manual_seed(0)
    cosines = torch.rand(4, 4, requires_grad=True)
    kin = torch.eye(4, dtype=torch.bool)
    kin[0, 2] = kin[2, 0] = True
    losses.LOSSES[name](cosines, kin, torch.tensor(1.0), torch.tensor(0.0)).backward()
    assert cosines.grad[0, 2] == cosines.grad[2, 0] == 0
    assert (cosines.grad.diagonal() < 0).all()
    others = ~kin
    assert (cosines.grad[others] > 0).all()


def test_a_batch_of_one_group_teaches_nothing_and_breaks_nothing():
    cosines = torch.rand(3, 3, requires_grad=True)
    kin = torch.ones(3, 3, dtype=torch.bool)
    loss = losses.infonce(cosines, kin, torch.tensor(1.0), torch.tensor(0.0))
    loss.backward()
    assert loss == 0
    assert (cosines.grad == 0).all()


# -- batches -------------------------------------------------------------------------------------------------------


def test_one_group_and_one_caption_are_kin(clip, train, environment):
    inputs = Inputs(open_base(f"file:{clip}", environment, print), clip, torch.device("cpu"))
    examples = [train[0], train[50]._replace(group=train[0].group), train[90], train[130]]
    batch = inputs.batch(examples, ["a", "b", "c", "c"], ["a", "b", "c", "c"])
    expected = torch.eye(4, dtype=torch.bool)
    expected[0, 1] = expected[1, 0] = expected[2, 3] = expected[3, 2] = True
    assert torch.equal(batch.kin, expected)


def test_every_example_comes_once_a_round(clip, train, environment):
    inputs = Inputs(open_base(f"file:{clip}", environment, print), clip, torch.device("cpu"))
    settings = msgspec.structs.replace(SHORT, batch_size=6)
    batches = endless(train[::20], inputs, settings)
    first, second = (torch.cat([next(batches).pixels for _ in range(2)]) for _ in range(2))
    key = lambda rows: sorted(row.double().sum().item() for row in rows)  # noqa: E731
    assert key(first) == key(second)
    assert len(set(key(first))) == 12


def test_a_shortened_caption_keeps_a_word_and_its_order():
    import numpy as np

    chance = np.random.default_rng(0)
    words = "one two three four five"
    kept = [shortened(words, 0.5, chance).split() for _ in range(200)]
    assert all(one and one == sorted(one, key=words.index) for one in kept)
    assert min(map(len, kept)) < 5
    assert shortened(words, 0.0, chance) == words
    assert shortened("红色连衣裙", 0.9, chance) == "红色连衣裙"


def test_a_model_without_attention_is_told():
    with pytest.raises(SetupError, match="without a layer of attention"):
        layers.Adapter(torch.nn.Sequential(torch.nn.Linear(2, 2)), SHORT, "plain")
