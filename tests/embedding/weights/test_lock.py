import json
import subprocess
import sys
from pathlib import Path

import pytest

from stages.base.errors import BenchmarkError
from stages.embedding.records import Source, StatedBy
from stages.embedding.weights.lock import Pin, add_pin, check, expected_pin, matches, read_lock

A, B = "a" * 64, "b" * 64


def lock(tmp_path: Path) -> Path:
    return tmp_path / "weights.lock"


def put(tmp_path: Path, name: str, found: Pin) -> None:
    add_pin(lock(tmp_path), name, found, tmp_path / "store" / "guard.lock")


def test_a_lock_that_does_not_exist_has_no_entries(tmp_path):
    assert read_lock(lock(tmp_path)) == {}


def test_entries_are_written_sorted_and_readable_and_come_back(tmp_path):
    put(tmp_path, "z/model.bin", Pin("c0ffee", 10, A, "hub"))
    put(tmp_path, "https://example.org/a.pt", Pin("", 20, B))
    assert lock(tmp_path).read_text() == (
        "{\n"
        '  "https://example.org/a.pt": {\n'
        '    "bytes": 20,\n'
        '    "revision": "",\n'
        f'    "sha256": "{B}",\n'
        '    "stated_by": "first use"\n'
        "  },\n"
        '  "z/model.bin": {\n'
        '    "bytes": 10,\n'
        '    "revision": "c0ffee",\n'
        f'    "sha256": "{A}",\n'
        '    "stated_by": "hub"\n'
        "  }\n"
        "}\n"
    )
    assert read_lock(lock(tmp_path))["z/model.bin"] == Pin("c0ffee", 10, A, "hub")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["weights.lock"]


def test_the_same_bytes_again_change_nothing_and_a_revision_is_added_once_known(tmp_path):
    put(tmp_path, "m", Pin("", 10, A))
    written = lock(tmp_path).stat().st_mtime_ns
    put(tmp_path, "m", Pin("", 10, A))
    assert lock(tmp_path).stat().st_mtime_ns == written
    put(tmp_path, "m", Pin("c0ffee", 10, A))
    assert read_lock(lock(tmp_path))["m"].revision == "c0ffee"


def test_other_bytes_are_not_pinned_over_the_first(tmp_path):
    put(tmp_path, "m", Pin("", 10, A))
    with pytest.raises(BenchmarkError, match=r"remove its entry from weights\.lock"):
        put(tmp_path, "m", Pin("", 10, B))
    assert read_lock(lock(tmp_path))["m"].sha256 == A


def test_a_refusal_says_where_found_expected_and_what_to_do():
    with pytest.raises(BenchmarkError) as refused:
        check("m", Pin("", 10, B), Pin("c0ffee", 10, A), "/there/m.pt", Path("weights.lock"))
    assert str(refused.value).splitlines() == [
        "/there/m.pt: these are not the known bytes of m",
        f"  found: sha256 {B}, 10 bytes",
        f"  expected: sha256 {A}, 10 bytes, revision c0ffee",
        "  what to do: if you trust the new file, remove its entry from weights.lock",
    ]
    with pytest.raises(BenchmarkError, match="cut short: m"):
        check("m", Pin("", 9, B), Pin("", 10, A), "/there/m.pt", Path("weights.lock"))


def test_what_is_unknown_is_not_compared():
    assert matches(Pin("", 0, A), Pin("c0ffee", 10, "")) and matches(Pin(), Pin("c0ffee", 10, A))
    assert not matches(Pin("c0ffee", 10, A), Pin("decaf", 10, A))


def test_record_and_lock_together_say_what_is_known(tmp_path):
    page: StatedBy = "publisher's page"
    source = Source(
        "m.pt", hub="some/one", revision="c0ffee", sha256=A, stated_by=page, stated_in="a card"
    )
    path = lock(tmp_path)
    assert expected_pin(source, {}, path) == Pin("c0ffee", 0, A, page)
    pinned = {"some/one/m.pt": Pin("c0ffee", 7, A, "hub")}
    assert expected_pin(source, pinned, path) == Pin("c0ffee", 7, A, "hub")
    pinned = {"some/one/m.pt": Pin("c0ffee", 7, A, "first use")}
    assert expected_pin(source, pinned, path) == Pin("c0ffee", 7, A, page)
    assert expected_pin(Source("m.pt", url="https://x.org/m.pt"), {}, path) == Pin()
    for other in (Pin("decaf", 7, A), Pin("c0ffee", 7, B)):
        with pytest.raises(BenchmarkError, match=r"stated in a card(.|\n)*remove the entry"):
            expected_pin(source, {"some/one/m.pt": other}, path)


def test_a_hash_that_was_read_elsewhere_binds_nobody(tmp_path):
    source = Source("m.pt", hub="some/one", revision="c0ffee", sha256=A, stated_by="read elsewhere")
    path = lock(tmp_path)
    assert expected_pin(source, {}, path) == Pin("c0ffee")
    pinned = {"some/one/m.pt": Pin("c0ffee", 7, B, "hub")}
    assert expected_pin(source, pinned, path) == pinned["some/one/m.pt"]


def test_a_publisher_who_states_the_hash_is_added_to_an_entry_and_stays(tmp_path):
    put(tmp_path, "m", Pin("c0ffee", 10, A, "first use"))
    for stated_by in ("hub", "first use"):
        put(tmp_path, "m", Pin("c0ffee", 10, A, stated_by))
        assert read_lock(lock(tmp_path))["m"] == Pin("c0ffee", 10, A, "hub")


def test_an_entry_that_does_not_say_who_states_its_hash_is_of_the_first_use(tmp_path):
    entry = {"bytes": 10, "revision": "", "sha256": A}
    lock(tmp_path).write_text(json.dumps({"m": entry}))
    assert read_lock(lock(tmp_path)) == {"m": Pin("", 10, A, "first use")}


@pytest.mark.parametrize(
    "content",
    [
        "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> b\n",
        "[]",
        "{",
        '{"m": 1}',
        '{"m": {"bytes": 1, "revision": ""}}',
        json.dumps({"m": {"bytes": 1, "revision": "", "sha256": A, "more": 1}}),
        json.dumps({"m": {"bytes": "1", "revision": "", "sha256": A}}),
        json.dumps({"m": {"bytes": True, "revision": "", "sha256": A}}),
        json.dumps({"m": {"bytes": 0, "revision": "", "sha256": A}}),
        json.dumps({"m": {"bytes": 1, "revision": None, "sha256": A}}),
        json.dumps({"m": {"bytes": 1, "revision": "", "sha256": ""}}),
        json.dumps({"m": {"bytes": 1, "revision": "", "sha256": A.upper()}}),
        json.dumps({"m": {"bytes": 1, "revision": "", "sha256": A, "stated_by": "a friend"}}),
        json.dumps({"m": {"bytes": 1, "revision": "", "sha256": A, "stated_by": ["hub"]}}),
        "\udcff",
    ],
)
def test_a_damaged_lock_is_refused_and_left_alone(tmp_path, content):
    lock(tmp_path).write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(BenchmarkError, match=r"weights.lock: cannot be read"):
        put(tmp_path, "n", Pin("", 1, B))
    assert lock(tmp_path).read_bytes() == content.encode(errors="surrogateescape")


def test_stages_that_pin_at_once_lose_no_entry(tmp_path):
    program = (
        "import sys; from pathlib import Path\n"
        "from stages.embedding.weights.lock import Pin, add_pin\n"
        "for i in range(25):\n"
        "    pin = Pin('', 1, 'a' * 64)\n"
        "    add_pin(Path('weights.lock'), f'{sys.argv[1]}{i}', pin, Path('guard'))"
    )
    root = Path(__file__).resolve().parents[3]
    both = [
        subprocess.Popen(
            [sys.executable, "-c", program, name], cwd=tmp_path, env={"PYTHONPATH": str(root)}
        )
        for name in "xy"
    ]
    assert [process.wait() for process in both] == [0, 0]
    assert len(read_lock(lock(tmp_path))) == 50
