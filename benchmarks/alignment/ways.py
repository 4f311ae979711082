"""The ways to be shown: models as they come, and what ``wares fit`` makes of them by one setting or another.

A way that learns is a row of a table. It starts from the heads that wares brings, where it brings any, and is asked
on three splits, each with a seed of its own; what only tells settings apart is asked on the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

import msgspec

from benchmarks.alignment import keeping, observing, protocol
from benchmarks.alignment.asking import Line, Pair
from benchmarks.alignment.fitted import Fitting
from benchmarks.alignment.models import Bench
from benchmarks.alignment.seen import Viewer
from benchmarks.alignment.splits import SPLITS, Training
from wares.encoders.fitted import ground
from wares.fit.learning import PRIORS, TooLittle
from wares.fit.losses import LOSSES
from wares.fit.network import Shape
from wares.fit.training import Recipe

#: What a way gives on one split.
Found: TypeAlias = tuple[list[Line], list[keeping.Fit]]
_BOTH, _FASHION = ("fashion", "grocery"), ("fashion",)
SIZES = {"200": 200, "500": 500, "2000": 2_000, "all": None}


class Untrained(NamedTuple):
    """A model as it comes; ``heads``: with those that wares brings for it."""

    name: str
    about: str
    model: str
    heads: bool = False
    group: str = "comes"
    splits: Sequence[int] = SPLITS
    base: str = ""

    def missing(self, bench: Bench) -> str:
        """Why it cannot be asked; "" if it can."""
        none = self.heads and bench.model(self.model).heads is None
        return "wares brings no heads for the model: there is no alignment.npz" if none else ""

    def made_from(self, bench: Bench) -> str:
        model = bench.model(self.model)
        heads = model.heads.fingerprint() if self.heads and model.heads else ""
        return keeping.mark([*(encoder.fingerprint for encoder in model.encoders), heads])

    def run(self, bench: Bench, split: int) -> Found:
        model = bench.model(self.model)
        pair = model.as_it_comes if self.heads else model.pair
        return protocol.measure(pair.words, pair.pictures, model.sets, split, looks=pair.looks), []


class Learned(NamedTuple):
    """What ``wares fit`` learns: ``most`` products at most, with changes of its ``recipe``. ``base`` is the way that
    it is compared with; ``remembered``: texts and views that are known already are taken from the scratch folder;
    ``however_few``: also from so little that ``wares fit`` would refuse it."""

    name: str
    about: str
    group: str
    model: str = "default"
    recipe: Mapping[str, object] = {}
    most: int | None = None
    priors: Sequence[float] = PRIORS
    from_shipped: bool = False
    sets: Sequence[str] = _FASHION
    splits: Sequence[int] = SPLITS
    base: str = "fit all"
    remembered: bool = True
    however_few: bool = False

    def missing(self, bench: Bench) -> str:
        same = self.group == "start" and bench.model(self.model).heads is None
        return f'the same as "{self.base}": wares brings no heads to start from' if same else ""

    def made_from(self, bench: Bench) -> str:
        model = bench.model(self.model)
        start = "" if not self.from_shipped or model.heads is None else model.heads.fingerprint()
        recipe = msgspec.json.encode(Recipe(**self.recipe)).decode()  # type: ignore[arg-type]
        towers = [encoder.fingerprint for encoder in model.encoders]
        return keeping.mark([*towers, start, recipe, self.most, tuple(self.priors), tuple(self.sets)])

    def run(self, bench: Bench, split: int) -> Found:
        fits: list[keeping.Fit] = []

        def fit(training: Training, seed: int) -> Pair:
            pair, told = self.fit(bench, training, seed)
            fits.append(told)
            return pair

        return protocol.run(fit, bench.model(self.model).sets, split, learned=self.sets), fits

    def fitting(self, bench: Bench, seed: int) -> Fitting:
        """What fits, with views of the pictures as ``wares fit`` makes them."""
        model, scratch = bench.model(self.model), bench.scratch if self.remembered else None
        return Fitting(
            model.encoders,
            Recipe(**self.recipe),  # type: ignore[arg-type]
            most=self.most,
            start=model.heads if self.from_shipped else None,
            priors=self.priors,
            views=Viewer(ground(model.encoders).pictures, model.sets, seed, scratch),
        )

    def fit(self, bench: Bench, training: Training, seed: int) -> tuple[Pair, keeping.Fit]:
        """One fit. Where there is too little to learn from, the model stays as it comes, as a shop would."""
        fitting = self.fitting(bench, seed)
        refused, pair = "", bench.model(self.model).as_it_comes
        with observing.Watch() as watch, observing.thresholds(lowered=self.however_few):
            try:
                pair = fitting(training, seed)
            except TooLittle as little:
                refused = str(little)
        costs = {"seconds": watch.seconds, "cpu_s": watch.cpu_s, "peak_mb": watch.peak_mb}
        told = keeping.Fit(
            split=seed, learned=training.name, examples=len(training.examples), refused=refused, **costs
        )
        return pair, told if fitting.learnt is None else observing.told(told, fitting.learnt)


Way: TypeAlias = Untrained | Learned

_WITHOUT: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "views": ("no other views of pictures", {"viewed": 0.0}),
    "banks": ("all names of kinds and colours are not asked of every batch", {"banked": 0.0}),
    "hard negatives": ("no products of one kind side by side in a batch", {"hard": 0.0}),
    "table": ("no table of hashed words, pairs and Chinese characters", {"words": Shape()}),
}

WAYS: Sequence[Way] = (
    Untrained("basic", "no download, as it comes: words find no pictures", "basic"),
    Learned("basic fitted", "no download, fitted", "comes", model="basic", sets=_BOTH, base="basic"),
    Untrained("ConSE", "the default model without heads", "default"),
    Untrained("shipped", "the default model with the heads that wares brings", "default", heads=True),
    *(
        Learned(f"fit {size}", f"fitted to {size} products", "size", most=most,
                sets=_BOTH if most is None else _FASHION)
        for size, most in SIZES.items()
    ),
    Learned("fit few", "fitted to groceries, though wares fit refuses so few", "few", sets=("grocery",),
            however_few=True),
    *(
        Learned(f"loss {loss}", f"fitted with the loss {loss}", "loss", recipe={"loss": loss})
        for loss in LOSSES
        if loss != Recipe().loss
    ),
    *(
        Learned(f"from shipped {size}", f"fitted to {size} products from the heads that wares brings", "start",
                most=most, from_shipped=True, base=f"fit {size}")
        for size, most in SIZES.items()
    ),
    *(
        Learned(f"prior {share:g}", f"ConSE has the share {share:g}, whatever is held out says", "prior",
                priors=(share,), splits=SPLITS[:1])
        for share in (0.0, 0.25, 1.0)
    ),
    *(
        Learned(f"without {what}", about, "without", recipe=recipe, splits=SPLITS[:1],
                base="fit all")
        for what, (about, recipe) in _WITHOUT.items()
    ),
    *(
        Learned(f"cost {size}", f"fitted to {size} products, nothing remembered", "cost", most=most,
                model="default, nothing remembered", remembered=False, splits=SPLITS[:1], base=f"fit {size}")
        for size, most in SIZES.items()
    ),
)  # fmt: skip
