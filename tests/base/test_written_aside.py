"""A house rule a machine can check: stages.base.files writes the outputs, and nothing else does."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Where else something is written, and why it may be: never an output of a stage under its own name.
ELSEWHERE = {
    "stages/base/files.py": "the one place",
    "stages/base/store/entries.py": "entries are named by their content and renamed into place",
    "stages/trailers/auditing/shards.py": "into an entry of the store, open already",
    "stages/embedding/trailers.py": "into memory",
    "stages/trailers/fetching/local.py": "a copy into an entry of the store",
    "stages/trailers/fetching/web.py": "a download, in a folder of its own until it is an entry",
    "stages/trailers/fetching/ytdlp_job.py": "the same",
    "stages/embedding/weights/download.py": "a download that is gone on with where it was",
    "stages/sample/render.py": "an entry of the store",
    "stages/trailers/media/sound.py": "into memory",
    "stages/base/npz.py": "into an open file",
    "stages/rendering/preview.py": "in a temporary folder",
    "stages/rendering/site.py": "in a temporary folder",
    "stages/rendering/home.py": "in a temporary folder",
    "stages/rendering/labels.py": "in a temporary folder",
    "stages/commands/families/measuring.py": "to the kernel, which then measures memory anew",
    "stages/rendering/films.py": "in a temporary folder",
    "stages/rendering/guide.py": "in a temporary folder",
    "stages/words/whisper.py": "links in a temporary folder",
    "stages/base/store/content.py": "a damaged entry, moved out of the way",
}
WRITING = {
    *("write_text", "write_bytes", "savez", "savez_compressed", "save_file", "write_image"),
    *("to_csv", "to_parquet", "ParquetWriter", "imwrite", "tofile", "touch", "rename"),
    *("copy2", "copyfile", "copytree", "hardlink_to", "symlink_to"),
}
OF_MODULE = {
    ("pq", "write_table"),
    ("json", "dump"),
    ("pickle", "dump"),
    ("shutil", "copy"),
    ("shutil", "move"),
}
OPENING = {"open", "fdopen", "ZipFile", "OSFile", "FileIO"}
PLACES = {"replacing", "put", "TemporaryDirectory", "TemporaryFile"}


def name_of(call: ast.expr) -> str:
    function = call.func if isinstance(call, ast.Call) else call
    return getattr(function, "attr", getattr(function, "id", ""))


def writes(call: ast.Call) -> bool:
    """Whether a call writes a file by itself. Also `path.replace(other)`, unlike `text.replace`."""
    name = name_of(call)
    if name in OPENING:
        first = name == "open" and isinstance(call.func, ast.Attribute)  # a path's own
        modes = [*call.args[not first :], *(k.value for k in call.keywords if k.arg == "mode")]
        said = [mode.value for mode in modes if isinstance(mode, ast.Constant)]
        return any(isinstance(mode, str) and set("wax+") & set(mode[:3]) for mode in said)
    if name == "replace":
        return isinstance(call.func, ast.Attribute) and len(call.args) == 1 and not call.keywords
    module = name_of(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    return name in WRITING or (module, name) in OF_MODULE


def unguarded(node: ast.AST, inside: bool = False) -> Iterator[int]:
    """Lines of the calls that write outside of a `with` block of one of PLACES."""
    if isinstance(node, ast.With):
        inside = inside or any(name_of(item.context_expr) in PLACES for item in node.items)
    if isinstance(node, ast.Call) and writes(node) and not inside:
        yield node.lineno
    for child in ast.iter_child_nodes(node):
        yield from unguarded(child, inside)


def test_no_module_writes_a_file_but_through_the_one_place():
    found = {}
    for path in sorted((ROOT / "stages").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        lines = list(unguarded(ast.parse(path.read_text())))
        if lines and name not in ELSEWHERE:
            found[name] = lines
        assert lines or name not in ELSEWHERE, f"{name} writes nothing any more"
    assert not found, "write it with stages.base.files.replacing"


@pytest.mark.parametrize(
    ("code", "bad"),
    [
        ("path.write_text(x)", True),
        ("with open(path, 'wb') as f: pass", True),
        ("with path.open('w') as f: pass", True),
        ("np.savez(path, a=a)", True),
        ("pq.write_table(table, path)", True),
        ("temporary.replace(path)", True),
        ("write_table(table, path)", False),
        ("text.replace('a', 'b')", False),
        ("path.open('rb')", False),
        ("with replacing(path) as new: new.write_text(x)", False),
        ("with replacing(path) as new, new.open('w') as f: pass", False),
        ("with store.put(key) as path: path.write_bytes(x)", False),
    ],
)
def test_the_check_itself_finds_what_writes(code, bad):
    assert bool(list(unguarded(ast.parse(code)))) == bad
