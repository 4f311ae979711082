"""The house: imports go down, and rooms of one floor do not know each other (but for what is said here)."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "wares"

FLOORS = {
    "errors": 1,
    "records": 2,
    "reports": 2,
    "settings": 2,
    "gtins": 2,
    "learnt": 2,
    "registry": 2,
    "catalogue": 3,
    "media": 3,
    "models": 3,
    "encoders": 3,
    "extraction": 3,
    "index": 3,
    "store": 3,
    "query": 4,
    "ranking": 4,
    "relations": 4,
    "reviews": 4,
    "evaluation": 4,
    "documents": 5,
    "indexing": 5,
    "extracting": 5,
    "reviewing": 5,
    "listening": 5,
    "looking": 5,
    "asking": 5,
    "candidates": 5,
    "hydrating": 5,
    "searching": 5,
    "retrieving": 5,
    "ruling": 5,
    "ordering": 5,
    "paging": 5,
    "policy": 5,
    "checkup": 5,
    "understanding": 5,
    "relating": 5,
    "merchant": 5,
    "tracing": 5,
    "rebuilding": 5,
    "writing": 5,
    "fits": 5,
    "digest": 5,
    "settings_file": 5,
    "folding": 5,
    "following": 5,
    "suggesting": 5,
    "stamps": 5,
    "ready": 5,
    "places": 5,
    "shop": 5,
    "access": 6,
    "backup": 6,
    "baselines": 6,
    "bench": 6,
    "feedback": 6,
    "fit": 6,
    "identify": 6,
    "insight": 6,
    "merchandising": 6,
    "tuning": 6,
    "trial": 6,
    "cli": 7,
    "server": 7,
    "client": 7,
    "__main__": 8,
    "__init__": 8,
}

#: (room, the room of its own floor that it may know)
NEIGHBOURS = {
    ("encoders", "media"),
    ("encoders", "models"),
    ("extraction", "media"),
    # A question names what reviews speak of as they do.
    ("query", "reviews"),
    ("extraction", "models"),
    # The floor of the shop is one job in several files, in this order.
    ("indexing", "documents"),
    ("asking", "indexing"),
    ("extracting", "indexing"),
    ("hydrating", "indexing"),
    ("reviewing", "indexing"),
    ("writing", "reviewing"),
    ("following", "documents"),
    ("shop", "extracting"),
    ("shop", "listening"),
    ("shop", "looking"),
    ("looking", "asking"),
    ("writing", "extracting"),
    ("candidates", "asking"),
    ("hydrating", "asking"),
    ("hydrating", "candidates"),
    ("hydrating", "documents"),
    ("searching", "asking"),
    ("searching", "candidates"),
    ("searching", "hydrating"),
    ("rebuilding", "fits"),
    ("folding", "documents"),
    ("folding", "indexing"),
    ("writing", "folding"),
    ("writing", "following"),
    ("following", "digest"),
    ("following", "fits"),
    ("following", "indexing"),
    ("rebuilding", "digest"),
    ("searching", "digest"),
    ("searching", "ordering"),
    ("searching", "paging"),
    ("searching", "tracing"),
    ("searching", "understanding"),
    ("searching", "relating"),
    ("searching", "retrieving"),
    ("searching", "ruling"),
    ("relating", "asking"),
    ("relating", "retrieving"),
    ("retrieving", "asking"),
    ("retrieving", "candidates"),
    ("ruling", "merchant"),
    ("ruling", "understanding"),
    ("searching", "merchant"),
    ("asking", "merchant"),
    ("stamps", "merchant"),
    ("shop", "stamps"),
    ("ordering", "candidates"),
    ("paging", "asking"),
    ("paging", "candidates"),
    ("paging", "ordering"),
    ("shop", "policy"),
    ("policy", "fits"),
    ("shop", "checkup"),
    ("checkup", "fits"),
    ("checkup", "merchant"),
    ("shop", "digest"),
    ("writing", "fits"),
    ("shop", "fits"),
    ("shop", "candidates"),
    ("rebuilding", "documents"),
    ("rebuilding", "indexing"),
    ("shop", "asking"),
    ("shop", "indexing"),
    ("shop", "writing"),
    ("writing", "documents"),
    ("writing", "indexing"),
    ("writing", "rebuilding"),
    ("shop", "searching"),
    ("shop", "ready"),
    ("shop", "places"),
    ("ready", "digest"),
    ("ready", "fits"),
    ("ready", "indexing"),
    ("ready", "searching"),
    ("ready", "suggesting"),
    ("shop", "suggesting"),
    ("suggesting", "digest"),
    ("reports", "records"),
    ("settings", "records"),
    # Which products a fit has not learned from is the fit's to say.
    ("identify", "fit"),
    # The command line starts the server.
    ("cli", "server"),
    # What goes over the wire is said once.
    ("client", "server"),
}


def room(module: str) -> str:
    """The room of a module: "wares.index.edge" → "index"; the package's face is "__init__"."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imports(path: Path) -> set[str]:
    """Rooms that a file imports, wherever the import stands; the names a type checker alone sees do not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "wares":
            names = [f"wares.{alias.name}" for alias in node.names] if node.module == "wares" else [node.module]
            found |= {room(name) if room(name) in FLOORS else "__init__" for name in names}
        elif isinstance(node, ast.Import):
            found |= {room(alias.name) for alias in node.names if alias.name.split(".")[0] == "wares"}
    return found


FILES = sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(SOURCE)) for path in FILES])
def test_imports_go_down(path: Path) -> None:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    own = parts[0]
    assert own in FLOORS, f"{own} has no floor: add it to FLOORS"
    for other in imports(path) - {own}:
        allowed = FLOORS[other] < FLOORS[own] or (own, other) in NEIGHBOURS
        if other == "__init__" and own in ("cli", "server"):
            allowed = True  # a door enters by the face
        assert allowed, f"{own} (floor {FLOORS[own]}) imports {other} (floor {FLOORS[other]})"
