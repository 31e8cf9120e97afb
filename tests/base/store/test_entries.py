import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from stages.base.store import Store, sha256
from stages.base.versions import code_of


def put(store: Store, key: str, content: bytes) -> None:
    with store.put(key) as path:
        path.write_bytes(content)


def test_gives_back_what_was_put(tmp_path):
    store = Store("step", 1, {"a": 1}, tmp_path)
    key = store.key("source")
    assert store.find(key) is None
    put(store, key, b"result")
    found = store.find(key)
    assert found is not None and found.read_bytes() == b"result"


def test_the_key_depends_on_source_step_version_and_parameters(tmp_path):
    keys = {
        Store(step, version, parameters, tmp_path).key(source)
        for step, version, parameters, source in [
            ("a", 1, {"x": 1}, "s"),
            ("b", 1, {"x": 1}, "s"),
            ("a", 2, {"x": 1}, "s"),
            ("a", 1, {"x": 2}, "s"),
            ("a", 1, {"x": 1}, "t"),
        ]
    }
    assert len(keys) == 5
    assert Store("a", 1, {"x": 1, "y": 2}).key("s") == Store("a", 1, {"y": 2, "x": 1}).key("s")


@pytest.mark.parametrize("damage", [b"", b"resulT", b"result and more"])
def test_a_damaged_entry_is_noticed_set_aside_and_said_once(tmp_path, damage, capsys):
    store = Store("step", 1, {}, tmp_path)
    key = store.key("source")
    put(store, key, b"result")
    entry = store.find(key)
    assert entry is not None
    entry.write_bytes(damage)
    assert store.find(key) is None
    assert not entry.exists()
    assert (tmp_path / "step/damaged" / entry.name).read_bytes() == damage
    assert store.find(key) is None
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and f"step/{key[:2]}/{entry.name}" in said
    put(store, key, b"result")
    assert store.find(key) is not None


def test_a_failed_write_leaves_nothing(tmp_path):
    store = Store("step", 1, {}, tmp_path)
    with pytest.raises(ValueError), store.put("k" * 32) as path:
        path.write_bytes(b"half")
        raise ValueError
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_killed_write_is_no_entry_and_is_removed(tmp_path):
    context = multiprocessing.get_context("fork")
    worker = context.Process(target=_write_half_and_die, args=(tmp_path,))
    worker.start()
    worker.join(20)
    assert worker.exitcode == -signal.SIGKILL
    store = Store("step", 1, {}, tmp_path)
    assert len(list(tmp_path.rglob("*.part"))) == 1
    assert store.find(store.key("source")) is None
    store.recover()
    assert list(tmp_path.rglob("*.part")) == []


def _write_half_and_die(root: Path) -> None:
    store = Store("step", 1, {}, root)
    with store.put(store.key("source")) as path:
        path.write_bytes(b"half")
        os.kill(os.getpid(), signal.SIGKILL)


def test_what_another_run_writes_is_not_swept(tmp_path):
    store, other = Store("step", 1, {}, tmp_path), Store("step", 1, {}, tmp_path)
    key = store.key("source")
    with store.put(key) as path:
        path.write_bytes(b"result")
        other.recover()
    found = store.find(key)
    assert found is not None and found.read_bytes() == b"result"


def test_an_entry_that_another_run_drops_meanwhile_is_absent(tmp_path, monkeypatch):
    store = Store("step", 1, {}, tmp_path)
    key = store.key("source")
    put(store, key, b"result")
    monkeypatch.setattr(store, "_paths", lambda key: [tmp_path / "step/ab/dropped.0"])
    assert store.find(key) is None and not store.has(key)


def test_sha256_of_a_file(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")  # FIPS 180-2, appendix B.1
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256(tmp_path / "abc") == expected


def test_code_of_changes_with_the_code_and_the_libraries():
    store, packs = code_of("stages/base/errors.py"), code_of("stages/audio.py")
    both = code_of("stages/base/errors.py", "stages/audio.py")
    assert len({store, packs, both, code_of("stages/base/errors.py", libraries=("numpy",))}) == 4
    with pytest.raises(ValueError, match="no source matches"):
        code_of("stages/nothing.py")
