import hashlib
import os
from contextlib import chdir
from pathlib import Path

import pytest

from stages.base.store import Store, files_in, remove

KEY = "0" * 32


def entry(root: Path, step: str = "step", content: bytes = b"result") -> Path:
    with Store(step, 1, {}, root).put(KEY) as path:
        path.write_bytes(content)
    return root / step / KEY[:2] / f"{KEY}.{hashlib.sha256(content).hexdigest()}"


def kinds(root: Path) -> dict[str, str]:
    return {file.name: file.kind for file in files_in(root)}


def named(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def test_lists_entries_with_step_key_and_size(tmp_path):
    path = entry(tmp_path)
    (file,) = files_in(tmp_path)
    assert (file.name, file.kind, file.bytes) == (named(tmp_path, path), "entry", 6)
    assert (file.step, file.key) == ("step", KEY)


def test_says_what_is_no_entry(tmp_path):
    path = entry(tmp_path)
    others = {
        "rates.json": "other",
        "step/note.txt": "other",
        f"step/ab/{path.name}": "other",  # not in the folder of its key
        f"step/00/{path.name}.tmp": "other",
        f"step/00/{KEY}.{'F' * 64}": "other",
        f"step/00/deep/{path.name}": "other",
        f"step/partial/{'1' * 32}.part": "partial",
        f"step/partial/{'1' * 32}.part.d/{path.name}": "partial",
        f"step/damaged/{path.name}": "damaged",
        f"step/damaged/{'2' * 32}.damaged": "damaged",
        "step/damaged/a name params.yaml": "other",
        "step/00/a\nb\x1b[31m": "other",
    }
    for name in others:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    os.mkfifo(path.with_name(f"{KEY}.{'3' * 64}"))
    others[named(tmp_path, path.with_name(f"{KEY}.{'3' * 64}"))] = "other"
    raw = os.fsencode(tmp_path / "step") + b"/\xff\xfe"
    Path(os.fsdecode(raw)).write_bytes(b"x")
    others[f"step/{os.fsdecode(bytes([0xFF, 0xFE]))}"] = "other"
    assert kinds(tmp_path) == others | {named(tmp_path, path): "entry"}


def test_links_are_listed_as_such_and_not_followed(tmp_path):
    real, root = tmp_path / "real", tmp_path / "root"
    path = entry(real)
    root.mkdir()
    (root / "step").symlink_to(real / "step")
    (root / "other/00").mkdir(parents=True)
    (root / "other/00" / path.name).symlink_to(path)
    (root / "loop").symlink_to(root)
    assert kinds(root) == {"step": "other", f"other/00/{path.name}": "other", "loop": "other"}


def test_folders_within_folders_without_end_are_listed_all_the_same(tmp_path):
    path = entry(tmp_path)
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1200):  # deeper than Python's stack, and than a path may be long
        os.mkdir("deep", dir_fd=here)
        inner = os.open("deep", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    found = kinds(tmp_path)
    assert found.pop(named(tmp_path, path)) == "entry"
    assert list(found.values()) == ["other"]
    _remove_deep(tmp_path)


def test_removes_what_was_listed(tmp_path):
    path = entry(tmp_path)
    aside = tmp_path / "step/damaged" / path.name
    aside.parent.mkdir()
    aside.write_bytes(b"x")
    files = list(files_in(tmp_path))
    assert sorted(remove(tmp_path, files)) == sorted(files)
    assert not path.exists() and not aside.exists()


def test_keeps_what_was_written_anew_since_it_was_listed(tmp_path):
    path = entry(tmp_path)
    files = list(files_in(tmp_path))
    path.unlink()
    entry(tmp_path)
    assert remove(tmp_path, files) == [] and path.read_bytes() == b"result"


def test_what_is_gone_is_no_error(tmp_path):
    path = entry(tmp_path)
    files = list(files_in(tmp_path))
    path.unlink()
    assert remove(tmp_path, files) == []


@pytest.mark.parametrize("level", ["step", "step/00"])
def test_removes_nothing_through_a_link_that_took_a_folders_place(tmp_path, level):
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    path = entry(root)
    files = list(files_in(root))
    (root / level).rename(elsewhere)  # the very same file, so that nothing but the link tells
    (root / level).symlink_to(elsewhere)
    assert path.exists()
    assert remove(root, files) == [] and path.exists()
    (root / level).unlink()
    elsewhere.rename(root / level)
    assert remove(root, files) == files and not path.exists()


def test_removes_nothing_from_a_root_that_is_a_link(tmp_path):
    path = entry(tmp_path / "real")
    (tmp_path / "root").symlink_to(tmp_path / "real")
    with pytest.raises(OSError):
        remove(tmp_path / "root", files_in(tmp_path / "root"))
    assert path.exists()


def _remove_deep(folder: Path) -> None:
    """pytest's own removal, and a shell's, stop at names that are too long."""
    with chdir(folder):
        depth = 0
        while Path("deep").is_dir():
            os.chdir("deep")
            depth += 1
        for _ in range(depth):
            os.chdir("..")
            Path("deep").rmdir()
