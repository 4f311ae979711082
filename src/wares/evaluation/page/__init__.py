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

#: What HTML does not allow, and no terminal should get out of a file.
CONTROLS = dict.fromkeys(code for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n")


def write_page(report: EvaluationReport, path: Path) -> None:
    """Write a report as one HTML file, over what is there; it stays below 2 MB with six systems and 2,000 questions.

    Every text of a feed or an asker is escaped, and the file's own policy forbids scripts, styles that are not its
    own, and any request. Control characters are left out; half a surrogate pair, which is no Unicode, becomes "?".

    Raises:
        SetupError: the file cannot be written.
    """
    from wares.evaluation.page.rendering import render

    page = render(report).translate(CONTROLS)
    try:
        path.write_bytes(page.encode("utf-8", "replace"))
    except OSError as refused:
        raise SetupError(f"{path}: cannot write the report: {refused.strerror or refused}") from refused
