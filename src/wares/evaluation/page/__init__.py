"""A report as one HTML file: nothing is fetched, nothing is run, and it can be printed or sent on.

``words``     numbers and verdicts as they are read
``charts``    where the marks of a chart stand
``sections``  what each part of the page shows, out of an :class:`~wares.evaluation.records.EvaluationReport`
``templates`` the page itself, its drawings and its style
"""

from __future__ import annotations

from pathlib import Path

from wares.errors import SetupError
from wares.evaluation.records import EvaluationReport


def write_page(report: EvaluationReport, path: Path) -> None:
    """Write a report as one HTML file of under 2 MB, over what is there.

    Every text of a feed or an asker is escaped, and the file's own policy forbids scripts, styles that are not its
    own, and any request. Text that is no Unicode (half a surrogate pair) is written as "?".

    Raises:
        SetupError: the file cannot be written.
    """
    from wares.evaluation.page.rendering import render

    try:
        path.write_bytes(render(report).encode("utf-8", "replace"))
    except OSError as refused:
        raise SetupError(f"{path}: cannot write the report: {refused.strerror or refused}") from refused
