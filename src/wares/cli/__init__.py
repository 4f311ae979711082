"""The command line: parse, call, print. One file per verb or small family; what they do is done by the core.

Results go to stdout; progress, notes and errors to stderr. With ``--json``, stdout holds one JSON document, and an
error is one JSON document ``{"error": {"kind", "message"}}`` on stderr, where ``kind`` is the class of the error.

Exit codes: 0 done · 1 an error that the message says how to mend · 2 the command was not understood ·
130 stopped with Ctrl-C.
"""

from __future__ import annotations

from typing import NoReturn


def main() -> NoReturn:
    """Run the command that ``sys.argv`` asks for, and exit."""
    import sys

    from wares.cli.run import run

    sys.exit(run(sys.argv[1:]))
