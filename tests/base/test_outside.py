"""Plugins from outside stages/: a file, or an installed package that is pinned."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from stages.base import outside
from stages.base.errors import BenchmarkError
from stages.base.plugins import defines_class, plugin_names
from stages.base.versions import code_of, code_of_plugin
from stages.embedding.base import create
from stages.embedding.jobs import Recipe, _store_of, store_of

FAMILY = """\
import numpy as np
from stages.embedding.base import Backbone
from stages.embedding.records import Record
class Family(Backbone):
    RECORDS = {"": Record("picture", "frames", (3,), 0, "nothing", "–", "–")}
    def prepare(self, trailer, sample_rate):
        return np.zeros((len(trailer), 3))
    def embed(self, batch):
        return batch
"""
FRAMES = [np.zeros((4, 4, 3), np.uint8)] * 2


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder beside `mine`, and a process that knows no plugin from outside."""
    (tmp_path / "mine").mkdir()
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    yield folder
    outside.forget()
    code_of.cache_clear()
    _store_of.cache_clear()


def write(name: str, text: str) -> str:
    Path("../mine", name).write_text(text)
    return f"../mine/{name}"


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, version: str, source: str) -> None:
    """A package as pip leaves it, with a family that is called outer."""
    package, about = folder / "made_package", folder / f"made_package-{version}.dist-info"
    for each in (package, about):
        each.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "family.py").write_text(source)
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: Made.Package\nVersion: {version}\n"
    )
    (about / "entry_points.txt").write_text(
        "[trailer_genres.backbones]\nouter = made_package.family\n"
    )
    monkeypatch.syspath_prepend(str(folder))


def test_a_file_is_a_family_like_any_other():
    outside.bring("backbones", "outer", write("outer.py", FAMILY))
    assert "outer" in plugin_names("backbones") and "outer" not in plugin_names("heads")
    assert defines_class("backbones", "outer", "Family")
    assert create("outer")(FRAMES).shape == (2, 3)


def test_what_it_lacks_is_said_with_the_users_own_path():
    code = write("outer.py", FAMILY.replace("np.zeros((len(trailer), 3))", "trailer[9]"))
    outside.bring("backbones", "outer", code)
    with pytest.raises(BenchmarkError) as error:
        create("outer")(FRAMES)
    assert str(error.value).startswith("../mine/outer.py:7: this file breaks its contract")
    assert "those in stages/backbones are examples" in str(error.value)


def test_a_file_that_cannot_be_read_as_python_is_named():
    outside.bring("backbones", "outer", write("outer.py", "class Family(:\n"))
    with pytest.raises(BenchmarkError, match=r"\.\./mine/outer\.py:1: .*\n.*SyntaxError"):
        create("outer")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("../mine/none.py", "there is no file ../mine/none.py, seen from the project's folder"),
        ("../mine", "expected a Python file, or a requirements file"),
        ("https://example.org/x.sh", "expected a Python file, or a requirements file"),
    ],
)
def test_what_is_no_code_is_told(code, said):
    with pytest.raises(ValueError, match=said):
        outside.bring("backbones", "outer", code)


def test_two_files_cannot_share_a_name():
    outside.bring("backbones", "outer", write("one.py", FAMILY))
    with pytest.raises(ValueError, match=r"outer is \.\./mine/one\.py already"):
        outside.bring("backbones", "outer", write("two.py", FAMILY))


def test_stored_embeddings_are_kept_by_the_files_content(tmp_path):
    code = write("outer.py", FAMILY)
    keys = []
    for text in (FAMILY, FAMILY + "# edited\n", FAMILY):
        write("outer.py", text)
        outside.forget()
        code_of.cache_clear()
        _store_of.cache_clear()
        keys.append(store_of(Recipe("outer", code=code)).key("digest"))
    assert keys[0] == keys[2] != keys[1]


def test_a_pinned_package_is_found_by_its_entry_point(tmp_path, monkeypatch):
    install(tmp_path / "site", monkeypatch, "1.2", FAMILY)
    code = write("requirements.txt", "made-package==1.2 \\\n    --hash=sha256:00\n")
    plugin = outside.bring("backbones", "outer", code)
    assert plugin.package == "Made.Package"
    assert [name for name, _ in plugin.sources()] == [
        "made_package/__init__.py",
        "made_package/family.py",
    ]
    assert create("outer")(FRAMES).shape == (2, 3)


def test_another_version_is_another_key_and_has_to_be_pinned(tmp_path, monkeypatch):
    code, found = write("requirements.txt", "made-package==1.2\n"), []
    for version in ("1.2", "1.3"):
        with monkeypatch.context() as patch:
            outside.forget()
            code_of.cache_clear()
            install(tmp_path / version, patch, version, FAMILY)
            if version == "1.3":
                said = "pins Made.Package==1.2, installed is 1.3"
                with pytest.raises(ValueError, match=said):
                    outside.bring("backbones", "outer", code)
                write("requirements.txt", "made-package==1.3\n")
            outside.bring("backbones", "outer", code)
            found.append(code_of_plugin("backbones", "outer"))
    assert found[0] != found[1]


def test_a_package_that_is_not_there_or_not_pinned_is_told(tmp_path, monkeypatch):
    code = write("requirements.txt", "other==1\n")
    with pytest.raises(ValueError, match=r"no installed package has 'outer'.*pip install -r"):
        outside.bring("backbones", "outer", code)
    install(tmp_path / "site", monkeypatch, "1.2", FAMILY)
    with pytest.raises(ValueError, match=r"outer is of Made.Package==1.2, of which .* must pin"):
        outside.bring("backbones", "outer", code)
