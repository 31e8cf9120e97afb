"""Plugins: found by their file names, and one sentence on each way to break a contract."""

import importlib
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stages.base.errors import BenchmarkError
from stages.base.params import HeadParams
from stages.base.plugins import CONTEXT, FAMILY, HEAD, TRAINED, load_class, plugin_names
from stages.embedding import base
from stages.fitting.heads import build
from stages.fitting.items import Items
from stages.fitting.training import cross_validate

Add = Callable[[str, str], str]
ROWS = Items(np.zeros((4, 6), np.float32), np.arange(4))
INDEX = np.array([[0, 1], [2, 3]])
SEQUENCES = Items(np.zeros((4, 6), np.float32), np.arange(2), INDEX, np.zeros(4, np.float32))


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Add:
    """Put a file into a package of stages/, as if it lay there; its name."""

    def added(package: str, source: str) -> str:
        name = f"mine_{len(list(tmp_path.iterdir()))}_{tmp_path.name[-40:]}"
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))
        module = importlib.import_module(f"stages.{package}")
        paths = [*module.__path__, str(tmp_path)]
        monkeypatch.setattr(module, "__path__", paths)
        monkeypatch.setattr(module.__spec__, "submodule_search_locations", paths)
        importlib.invalidate_caches()
        return name

    return added


def head(body: str, dims: str = "input_dims = 1", base: str = "nn.Module") -> str:
    return f"""\
import torch
from torch import nn
class Head({base}):
    {dims}
    def __init__(self, shape, n_outputs):
        super().__init__()
        self.output = nn.Linear(shape[0], n_outputs)
    def forward(self, x):
        {body}
"""


RIGHT = "return self.output(x)"
HEADS = {
    "no class": ("x = 1\n", "", "found: no such class"),
    "no module": ("class Head: pass\n", "", "found: Head is no Module"),
    "no input_dims": (head(RIGHT, "pass"), "", "found: Head has no input_dims"),
    "signature": (
        head(RIGHT).replace("shape, n_outputs)", "n_outputs)", 1),
        "",
        "found: TypeError: Head.__init__() takes 2 positional arguments but 3 were given",
    ),
    "shape": (head("return x"), "", "found: forward gave torch.float32 (2, 6) where (2, 3) was"),
    "dtype": (head("return self.output(x).long()"), "", "forward gave torch.int64 (2, 3)"),
    "kind": (head("return self.output(x), x"), "", "found: forward gave tuple"),
    "error": (head("raise KeyError('weights')"), ":9", "found: KeyError: 'weights'"),
    "error in a call": (head("return self.output(x.T)"), ":9", "found: RuntimeError: mat1 and"),
    "buffers": (
        head(RIGHT).replace("nn.Linear(shape[0], n_outputs)", "nn.BatchNorm1d(3)", 1).replace(
            "return self.output(x)", "return self.output(x[:, :3])"
        ),
        "",
        "found: buffers, which are not kept with a model: output.running_mean",
    ),
    "nothing to learn": (
        head("return x[:, :3]").replace("nn.Linear(shape[0], n_outputs)", "None"),
        "",
        "found: Head has no parameters",
    ),
    "syntax": ("class Head(:\n", ":1", "found: SyntaxError: invalid syntax"),
    "import": ("\nimport no_such_library\n", ":2", "found: ModuleNotFoundError: No module named"),
}  # fmt: skip


def said(error: pytest.ExceptionInfo[BenchmarkError], file: str, *words: str) -> None:
    assert type(error.value) is BenchmarkError
    text = str(error.value)
    assert text.startswith(f"{file}: this file breaks its contract"), text
    assert all(word in text for word in words), text


@pytest.mark.parametrize("name", HEADS)
def test_what_a_head_lacks_is_said(name, add):
    source, line, words = HEADS[name]
    mine = add("heads", source)
    with pytest.raises(BenchmarkError) as error:
        build(mine, "", ROWS, 3)
    said(error, f"stages/heads/{mine}.py{line}", words, f"expected: {HEAD}")


def test_a_head_that_cannot_be_trained_for_many_models_at_once_is_said(add):
    mine = add("heads", head("return self.output(x) if x.sum() > 0 else self.output(-x)"))
    budget = HeadParams(epochs=(1,), batch_size=4, learning_rate=0.1, weight_decay=(0.0,))
    fold, y_true = np.arange(12) % 3, np.arange(36).reshape(12, 3) % 2 == 0
    items = Items(np.ones((12, 6), np.float32), np.arange(12))
    with pytest.raises(BenchmarkError) as error:
        cross_validate(items, [y_true], fold, mine, budget, (0,))
    said(error, f"stages/heads/{mine}.py:9", "vmap", f"expected: {TRAINED}")


def test_a_head_as_it_must_be_is_made(add):
    assert build(add("heads", head(RIGHT)), "", ROWS, 3).training


def context(body: str, made: str = "self.dim_out = 4") -> str:
    return f"""\
from torch import nn
class Context(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.narrow = nn.Linear(dim, 4)
        {made}
    def forward(self, x, mask, time):
        {body}
"""


CONTEXTS = {
    "no class": ("", "", "found: no such class"),
    "no dim_out": (context("return x", "pass"), "", "has no attribute 'dim_out'"),
    "shape": (context("return self.narrow(x)"), "", "forward gave torch.float32 (2, 3, 4)"),
    "error": (context("return x.no_such"), ":8", "found: AttributeError: 'Tensor'"),
    "signature": (
        context("return x").replace("x, mask, time", "x, mask"), "",
        "forward() takes 3 positional arguments but 4 were given",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTEXTS)
def test_what_a_context_lacks_is_said(name, add):
    source, line, words = CONTEXTS[name]
    mine = add("contexts", source)
    with pytest.raises(BenchmarkError) as error:
        build("linear", mine, SEQUENCES, 3)
    said(error, f"stages/contexts/{mine}.py{line}", words, f"expected: {CONTEXT}")


def test_a_context_as_it_must_be_is_made(add):
    mine = add("contexts", context("return self.narrow(x).mean(-2)"))
    assert build("linear", mine, SEQUENCES, 3).training


def family(prepare: str = "return np.zeros((len(trailer), 3))", embed: str = "return batch") -> str:
    return f"""\
import numpy as np
from stages.embedding.base import Backbone
from stages.embedding.records import Record
class Family(Backbone):
    RECORDS = {{"": Record("picture", "frames", (3,), 0, "nothing", "–", "–")}}
    def prepare(self, trailer, sample_rate):
        {prepare}
    def embed(self, batch):
        {embed}
"""


FAMILIES = {
    "no class": ("", "", "found: no such class"),
    "no backbone": ("class Family: pass\n", "", "found: Family is no Backbone"),
    "no embed": (family().replace("def embed", "def other"), "", "found: Family has no embed"),
    "no records": (family().replace("RECORDS", "MODELS"), "", "found: RECORDS is empty"),
    "no record": (
        family().replace("Record(", "tuple([").replace('"–")', '"–"])'), "",
        "'tuple' object has no attribute 'modality'",
    ),
    "signature": (
        family() + "    def __init__(self):\n        pass\n", "",
        "Family.__init__() takes 1 positional argument but 2 were given",
    ),
    "import": ("import no_such_library\n", ":1", "ModuleNotFoundError: No module named"),
    "error in prepare": (family("return trailer[9]"), ":7", "IndexError: list index out of range"),
    "error in embed": (family(embed="return batch @ batch"), ":9", "ValueError: matmul"),
}  # fmt: skip
GIVEN = {
    "too few items": (family("return np.zeros((1, 3))"), "prepare gave float64 (1, 3)", "2 items"),
    "nothing": (family("return None"), "prepare gave NoneType", "2 items, an array of numbers"),
    "a list": (family("return [1, 2]"), "prepare gave list", "2 items, an array of numbers"),
    "shape": (family(embed="return batch[:, :2]"), "embed gave float64 (2, 2)", "shape (2, 3)"),
    "dtype": (family(embed="return batch.astype(str)"), "embed gave <U32 (2, 3)", "shape (2, 3)"),
    "not finite": (family(embed="return batch / 0"), "embed gave float32 (2, 3)", "finite"),
}  # fmt: skip
FRAMES = [np.zeros((4, 4, 3), np.uint8)] * 2


@pytest.mark.parametrize("name", FAMILIES)
def test_what_a_family_lacks_is_said(name, add):
    source, line, words = FAMILIES[name]
    mine = add("backbones", source)
    with pytest.raises(BenchmarkError) as error:
        base.create(mine)(FRAMES)
    said(error, f"stages/backbones/{mine}.py{line}", words, f"expected: {FAMILY}")


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("name", GIVEN)
def test_what_a_family_gives_that_is_no_embedding_is_said(name, add):
    source, found, expected = GIVEN[name]
    mine = add("backbones", source)
    with pytest.raises(BenchmarkError) as error:
        base.create(mine)(FRAMES)
    said(error, f"stages/backbones/{mine}.py", f"found: {found}", expected)


def test_a_family_as_it_must_be_embeds(add):
    assert base.create(add("backbones", family()))(FRAMES).shape == (2, 3)


def test_plugins_are_found_by_file_name_and_none_is_imported():
    code = (
        "import sys; from stages.base.plugins import plugin_names as names; "
        "print(*names('backbones'), *names('heads'), *names('contexts')); "
        "assert not {'torch', 'numpy', 'stages.contexts'} & sys.modules.keys()"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"colour", "timm", "linear", "gated", "attention"} <= set(found.stdout.split())


@pytest.mark.parametrize(("folder", "noun"), [("heads", "head"), ("backbones", "backbone family")])
def test_an_unknown_name_lists_the_known_ones(folder, noun):
    with pytest.raises(BenchmarkError, match=f"unknown {noun}") as error:
        load_class(folder, "x", "Any", object, "")
    assert all(name in str(error.value) for name in plugin_names(folder))
