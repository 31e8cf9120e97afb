"""The stage as DVC runs it, in a folder of its own, against a hub of ours."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import timm
import torch
import yaml
from safetensors.torch import load_file, save

from stages.embedding.base import describe
from stages.hub.lock import Pin, read_lock
from tests.hub.conftest import COMMIT, Hub

ROOT = Path(__file__).resolve().parents[2]
MODEL = "test_vit.r160_in1k"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of params.yaml with two small pretrained backbones."""
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    entry = {"family": "timm", "reads": "frames", "model": MODEL}
    params["matrix"]["pretrained"] = {"tiny": entry, "own": {**entry, "file": "my.safetensors"}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    return tmp_path


def stage(folder: Path, slug: str, endpoint: str = "http://127.0.0.1:9", **more: str):
    """Run `python -m stages.weights <slug>` there."""
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    own = {"PYTHONPATH": str(ROOT), "HF_HOME": str(folder / "hf"), "HF_ENDPOINT": endpoint}
    return subprocess.run(
        [sys.executable, "-m", "stages.weights", slug],
        cwd=folder,
        env=kept | own | {"HF_HUB_OFFLINE": "0", "WEIGHTS_DIR": ""} | more,
        capture_output=True,
        text=True,
        check=False,
    )


def published() -> tuple[dict[str, torch.Tensor], bytes]:
    torch.manual_seed(0)
    state = timm.create_model(MODEL, pretrained=False).state_dict()
    return state, save(dict(state))


def test_from_the_hub_to_a_verified_file_and_without_the_hub_from_then_on(hub: Hub, folder):
    source = describe("timm", MODEL).source
    assert source is not None
    state, data = published()
    hub.publish(source.file, data, source.revision or COMMIT, source.hub)
    done = stage(folder, "tiny", hub.site.url)
    assert done.returncode == 0, done.stderr
    assert re.search(r"data/weights/tiny\.safetensors: \d+ tensors, \d MB", done.stderr)
    found = load_file(folder / "data/weights/tiny.safetensors")
    assert all(torch.equal(tensor, state[name]) for name, tensor in found.items())
    pin = Pin(source.revision or COMMIT, len(data), hashlib.sha256(data).hexdigest())
    assert read_lock(folder / "weights.lock") == {source.name: pin}
    assert "weights@tiny" in json.loads((folder / "metrics/provenance.json").read_text())["stages"]
    first = (folder / "data/weights/tiny.safetensors").read_bytes()
    (folder / "data/weights/tiny.safetensors").unlink()
    assert stage(folder, "tiny").returncode == 0  # no hub at this address
    assert (folder / "data/weights/tiny.safetensors").read_bytes() == first


def test_without_a_network_one_message_that_helps(folder):
    done = stage(folder, "tiny")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert done.stderr.startswith("error: 127.0.0.1:9: the hub cannot be reached for timm/")
    assert "set WEIGHTS_DIR to the folder where it lies, as tiny.safetensors" in done.stderr
    assert not (folder / "weights.lock").exists() and not (folder / "data/weights").exists()


def test_from_a_folder_without_a_network(folder):
    (folder / "mine").mkdir()
    (folder / "mine" / "my.safetensors").write_bytes(published()[1])
    done = stage(folder, "own", WEIGHTS_DIR="mine", HF_HUB_OFFLINE="1")
    assert done.returncode == 0, done.stderr
    assert list(read_lock(folder / "weights.lock")) == ["own:my.safetensors"]


def test_a_backbone_that_is_not_in_params(folder):
    done = stage(folder, "huge")
    assert done.returncode == 1
    assert done.stderr == (
        "error: unknown pretrained backbone\n  found: huge\n  expected: one of own, tiny\n"
    )
