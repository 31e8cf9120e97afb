"""Examples of README and the guide that tests/test_pipeline.py does not run."""

import copy
import shutil
import subprocess
import sys

import torch

from stages.base.params import load, yaml12
from tests.guide.documents import DOCUMENTS, OF_FEATURES, ROOT, blocks, files, merge, parameters

GUIDE = ROOT / "docs/backbones.md"
FEATURES = ROOT / "docs/features.md"
READ = """
from stages.base.params import load
from stages.embedding.base import describe

for backbone in load().matrix.pretrained.values():
    print(describe(backbone.family, backbone.model, backbone.options).modality)
"""


def test_the_context_of_the_guide_pools_what_the_mask_shows():
    (source,) = [block.text for name, block in files(GUIDE) if "/contexts/" in name]
    names: dict = {}
    exec(source, names)
    context = names["Context"](6)
    x, time = torch.rand(2, 4, 6), torch.linspace(0, 1, 4).repeat(2, 1)
    mask = torch.tensor([[True] * 4, [True, True, False, False]])
    found = context(x, mask, time)
    assert found.shape == (2, context.dim_out)
    x[1, 2:] = 9.0
    torch.testing.assert_close(context(x, mask, time), found)


def test_files_and_lines_of_all_examples_are_valid_together(tmp_path):
    shutil.copytree(ROOT / "stages", tmp_path / "stages")
    shutil.copytree(ROOT / "sets", tmp_path / "sets")
    params = copy.deepcopy(parameters())
    for path in DOCUMENTS:
        for name, block in files(path):
            (tmp_path / name).write_text(block.text)
        for block in blocks(path, "yaml") if path != FEATURES else ():
            merge(params, yaml12.read(block.text))
    (tmp_path / "params.yaml").write_text(yaml12.block(params))
    call = [sys.executable, "-c", READ]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True)
    assert sorted(done.stdout.split()) == ["both", *["picture"] * 3, "sound", "words"], done.stderr


def test_the_table_of_the_guide_fits_a_corpus_of_features(tmp_path):
    params = parameters(OF_FEATURES)
    (block,) = blocks(FEATURES, "yaml")
    merge(params, yaml12.read(block.text))
    (tmp_path / "params.yaml").write_text(yaml12.block(params))
    found = load(tmp_path / "params.yaml")
    assert found.matrix.backbones["my_ears"].modality == "sound"
    assert found.features["my_sound"].ids == "imdb"
