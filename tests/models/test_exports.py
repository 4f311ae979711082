from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from wares import models
from wares.errors import ModelUnavailable, SetupError
from wares.models import exports
from wares.settings import Environment

JSON = ("config.json", "preprocessor_config.json", "tokenizer.json")
TEXT, IMAGE = "onnx/text_model{}.onnx", "onnx/vision_model{}.onnx"


@pytest.fixture
def folder(tmp_path):
    def make(*names):
        for name in names:
            path = tmp_path / "model" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(name.encode())
        return tmp_path / "model"

    return make


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["onnx/model.onnx"], ("onnx/model.onnx", "onnx/model.onnx")),
        ([TEXT.format(""), "onnx/audio_model.onnx"], ("onnx/text_model.onnx", "onnx/audio_model.onnx", "audio")),
        ([TEXT.format(""), IMAGE.format("")], ("onnx/text_model.onnx", "onnx/vision_model.onnx")),
        ([TEXT.format("_int8"), IMAGE.format("_int8")], ("onnx/text_model_int8.onnx", "onnx/vision_model_int8.onnx")),
        (
            ["onnx/model.onnx", TEXT.format(""), IMAGE.format(""), "onnx/model_quantized.onnx"],
            ("onnx/text_model.onnx", "onnx/vision_model.onnx"),
        ),
        (["onnx/model_quantized.onnx", TEXT.format("")], ("onnx/model_quantized.onnx", "onnx/model_quantized.onnx")),
    ],
)
def test_the_best_complete_pair_of_graphs_is_chosen(folder, environment, names, expected):
    place = folder(*JSON, *names)
    assert models.two_tower(f"file:{place}", environment) == place
    assert exports.graphs(place) == exports.Graphs(*expected)


@pytest.mark.parametrize("missing", [*JSON, "onnx/model.onnx"])
def test_what_a_folder_lacks_is_named(folder, environment, missing):
    place = folder(*(name for name in (*JSON, "onnx/model.onnx") if name != missing))
    with pytest.raises(ModelUnavailable, match=f"it lacks {missing}"):
        models.two_tower(f"file:{place}", environment)


@pytest.mark.parametrize("location", ["clip", "hf:clip", "hf:a/b/c", "hf:/", "file:", "https://example.org/clip"])
def test_a_location_of_another_form_is_refused(environment, location):
    with pytest.raises(SetupError, match="write file:FOLDER or hf:OWNER/NAME"):
        models.two_tower(location, environment)


def test_a_folder_that_is_not_there_is_told(environment):
    with pytest.raises(ModelUnavailable, match="no such folder"):
        models.two_tower("file:/nowhere", environment)


def test_offline_a_model_the_hub_has_not_given_before_is_told(environment):
    pytest.importorskip("huggingface_hub", reason="needs the extra hub")
    with pytest.raises(ModelUnavailable, match="hf:nobody/nothing cannot be had"):
        models.two_tower("hf:nobody/nothing", Environment(cache=environment.cache, offline=True))


FILES = {
    **{name: name.encode() for name in JSON},
    **{TEXT.format(p): b"text" + p.encode() for p in ("", "_quantized")},
    **{IMAGE.format(p): b"image" + p.encode() for p in ("", "_quantized")},
    "onnx/vision_model.onnx_data": b"weights beside the graph",
    "model.safetensors": b"not needed",
    "README.md": b"not needed",
}
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(http.server.BaseHTTPRequestHandler):
    """As much of the hub's interface as its library needs to fetch one public repository."""

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if "/resolve/" in path:
            self._send(FILES.get(path.partition("/resolve/")[2].partition("/")[2]), "application/octet-stream")
        elif "/tree/" in path:
            rows = [
                {"type": "file", "path": name, "size": len(data), "oid": "0" * 40} for name, data in FILES.items()
            ]
            self._send(json.dumps(rows).encode(), "application/json")
        else:
            siblings = [{"rfilename": name, "size": len(data)} for name, data in FILES.items()]
            facts = {"_id": "1", "id": "toy/clip", "sha": COMMIT, "siblings": siblings, "tags": [], "private": False}
            self._send(json.dumps(facts).encode(), "application/json")

    def _send(self, body: bytes | None, kind: str) -> None:
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body or b"")))
        self.send_header("ETag", f'"{hash(body):x}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body or b"")


def test_from_the_hub_one_precision_is_fetched_and_works_offline_afterwards(tmp_path):
    pytest.importorskip("huggingface_hub", reason="needs the extra hub")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    # The library reads its variables when it is imported, hence another process.
    program = (
        "import sys, pathlib; from wares import models; from wares.settings import Environment;"
        "offline = sys.argv[1] == 'offline';"
        "print(models.two_tower('hf:toy/clip', Environment(cache=pathlib.Path('.'), offline=offline)))"
    )
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))},
        **{"HF_ENDPOINT": f"http://127.0.0.1:{server.server_address[1]}", "HF_HOME": str(tmp_path / "hub")},
        **{
            "NO_PROXY": "*",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_XET": "1",
        },
    }

    def run(mode: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", program, mode]
        return subprocess.run(command, env=variables, capture_output=True, text=True, check=False, cwd=tmp_path)

    try:
        online = run("online")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert online.returncode == 0, online.stderr
    assert "hf:toy/clip: fetching" in online.stderr
    folder = Path(online.stdout.strip())
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    kept = (*JSON, TEXT.format(""), IMAGE.format(""), "onnx/vision_model.onnx_data")
    assert found == {name: FILES[name] for name in kept}
    offline = run("offline")
    assert offline.stdout == online.stdout, offline.stderr
