"""How far a job is, on stderr: a bar with rate and time left on a terminal, nothing elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.text import Text

from wares.reports import OnProgress, Progress

#: Seconds after which a job counts as a long one.
PATIENCE = 5.0


class _Rate(TextColumn):
    """Items in a second, over the last seconds."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed and speed >= 10 else f"{speed:.1f}/s" if speed else "", style="dim")


class _Done(TextColumn):
    """Items done, of how many if that is known."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Task) -> Text:
        return Text(f"{int(task.completed):,}" + ("" if task.total is None else f" of {int(task.total):,}"))


def with_total(show: OnProgress, count: Callable[[], int], patience: float = PATIENCE) -> OnProgress:
    """``show``, told a total as well where a job does not know its own: it is counted when the job has gone on for
    ``patience`` seconds, since counting is quick beside encoding, yet not beside a job that has little to do."""
    started = time.monotonic()
    total: int | None = None

    def tell(now: Progress) -> None:
        nonlocal total
        if now.total is not None:
            show(now)
            return
        if total is None and time.monotonic() - started >= patience:
            total = count()
        show(Progress(now.stage, now.done, total))

    return tell


@contextmanager
def bars(console: Console) -> Iterator[OnProgress]:
    """A function to give to a job as ``progress``: one bar for each of its stages."""
    columns = (
        *(TextColumn("{task.description}"), BarColumn(bar_width=28), _Done(), _Rate(), TimeRemainingColumn()),
        TextColumn("{task.fields[note]}", style="dim"),
    )
    with Bars(*columns, console=console, disable=not console.is_terminal) as progress:
        tasks: dict[str, TaskID] = {}

        def show(now: Progress) -> None:
            if now.stage not in tasks:
                tasks[now.stage] = progress.add_task(now.stage, total=now.total, note="")
            progress.update(tasks[now.stage], completed=now.done, total=now.total, note=now.note)

        yield show
