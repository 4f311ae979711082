"""A base: a two-tower model in torch, and the files that say what it expects of words and pictures."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from wares.errors import MissingExtra, SetupError, WaresError
from wares.settings import Environment

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

Tell: TypeAlias = Callable[[str], None]


class Base(NamedTuple):
    """An opened base, in float32 on the CPU.

    ``text`` turns token numbers and their mask, both (n, length), into (n, dims), and ``image`` pixels
    (n, 3, height, width); both call ``model``. ``files`` are those that stand beside the graphs of an export, by
    name. A base that is not ``masked`` takes token numbers only, all filled up to its greatest length. ``scale`` and
    ``bias`` turn cosines into its logits; a base that was trained without a bias has None.
    """

    model: Module
    text: Callable[[Tensor, Tensor | None], Tensor]
    image: Callable[[Tensor], Tensor]
    files: Mapping[str, bytes]
    masked: bool
    scale: float | None
    bias: float | None


def open_base(location: str, environment: Environment, tell: Tell) -> Base:
    """The base at a location (:func:`wares.fit.lora.adapt` says which forms there are)."""
    scheme, _, rest = location.partition(":")
    if scheme not in ("hf", "file", "open_clip") or not rest:
        raise SetupError(f"{location!r} names no base; write hf:OWNER/NAME, file:FOLDER or open_clip:NAME/PRETRAINED")
    own = scheme == "open_clip" or (
        scheme == "file" and (Path(rest).expanduser() / "open_clip_config.json").is_file()
    )
    module = "open_clip_base" if own else "transformers_base"
    try:
        opened: Base = import_module(f"wares.fit.lora.{module}").open_base(location, environment, tell)
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("wares"):
            raise
        raise MissingExtra(location, "torch") from missing
    return opened


@contextmanager
def told_as(subject: str) -> Iterator[None]:
    """What other libraries raise inside becomes a :class:`SetupError`; their warnings and log lines are left out."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (WaresError, ModuleNotFoundError, MemoryError):
        raise
    except Exception as error:  # a dozen libraries, each with its own classes
        raise SetupError(f"{subject}: {line(error)}") from error
    finally:
        logging.disable(before)


def line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def number(model: Module, name: str) -> float | None:
    """A scalar parameter of a model, if it has it."""
    value: Any = getattr(model, name, None)
    return None if value is None else float(value.detach().float().reshape(-1)[0])
