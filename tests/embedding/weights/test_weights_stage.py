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
from stages.embedding.weights.lock import Pin, read_lock
from tests.embedding.weights.conftest import COMMIT, Hub
from tests.trailers.fetching.conftest import Handler

ROOT = Path(__file__).resolve().parents[3]
MODEL = "test_vit.r160_in1k"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of params.yaml with two small pretrained backbones."""
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    entry = {"family": "timm", "reads": "frames", "model": MODEL}
    params["matrix"]["pretrained"] = {"tiny": entry, "own": {**entry, "file": "my.safetensors"}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    return tmp_path


def started(folder: Path, slug: str, endpoint: str, **more: str) -> subprocess.Popen[str]:
    """`python -m stages.weights <slug>`, running there."""
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    own = {"PYTHONPATH": str(ROOT), "HF_HOME": str(folder / "hf"), "HF_ENDPOINT": endpoint}
    return subprocess.Popen(
        [sys.executable, "-m", "stages.weights", slug],
        cwd=folder,
        env=kept
        | own
        | {"HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_TELEMETRY": "1", "WEIGHTS_DIR": ""}
        | more,
        stderr=subprocess.PIPE,
        text=True,
    )


def stage(
    folder: Path, slug: str, endpoint: str = "http://127.0.0.1:9", **more: str
) -> tuple[int, str]:
    """Exit status and standard error of the stage."""
    with started(folder, slug, endpoint, **more) as process:
        said = process.communicate()[1]
        return process.returncode, said


def published() -> tuple[dict[str, torch.Tensor], bytes]:
    torch.manual_seed(0)
    state = timm.create_model(MODEL, pretrained=False).state_dict()
    return state, save(dict(state))


def test_from_the_hub_to_a_verified_file_and_without_the_hub_from_then_on(hub: Hub, folder):
    source = describe("timm", MODEL).source
    assert source is not None
    state, data = published()
    hub.publish(source.file, data, source.revision or COMMIT, source.hub)
    status, said = stage(folder, "tiny", hub.site.url)
    assert status == 0, said
    assert re.search(r"data/sample/weights/tiny\.safetensors: \d+ tensors, \d MB", said)
    found = load_file(folder / "data/sample/weights/tiny.safetensors")
    assert all(torch.equal(tensor, state[name]) for name, tensor in found.items())
    pin = Pin(source.revision or COMMIT, len(data), hashlib.sha256(data).hexdigest(), "hub")
    assert read_lock(folder / "weights.lock") == {source.name: pin}
    assert (
        "weights@tiny"
        in json.loads((folder / "metrics/sample/provenance.json").read_text())["stages"]
    )
    first = (folder / "data/sample/weights/tiny.safetensors").read_bytes()
    (folder / "data/sample/weights/tiny.safetensors").unlink()
    assert stage(folder, "tiny")[0] == 0  # no hub at this address
    assert (folder / "data/sample/weights/tiny.safetensors").read_bytes() == first


def test_a_run_that_was_killed_is_gone_on_with(hub: Hub, folder):
    source = describe("timm", MODEL).source
    assert source is not None
    data = published()[1]
    hub.publish(source.file, data, source.revision or COMMIT, source.hub)
    (cdn,) = (path for path in hub.site.routes if path.startswith("/cdn/"))
    whole = hub.site.routes[cdn]

    def stuck(handler: Handler, before: int) -> None:
        handler.head(200, Content_Length=str(len(data)))
        handler.wfile.write(data[:1_200_000])
        hub.site.closing.wait(60)

    hub.site.routes[cdn] = stuck
    with started(folder, "tiny", hub.site.url) as process:
        while sum(path.stat().st_size for path in folder.rglob("unfinished/*/file")) < 1_000_000:
            assert process.poll() is None
            hub.site.closing.wait(0.02)
        process.kill()
    assert not (folder / "weights.lock").exists() and not (folder / "data/sample/weights").exists()
    hub.site.routes[cdn] = whole
    hub.site.closing.set()
    status, said = stage(folder, "tiny", hub.site.url)
    assert status == 0, said
    assert hub.site.ranges(cdn) == [None, "bytes=1000000-"]
    assert read_lock(folder / "weights.lock")[source.name].bytes == len(data)


def test_without_a_network_one_message_that_helps(folder):
    status, said = stage(folder, "tiny")
    assert status == 1 and "Traceback" not in said
    assert said.startswith("error: 127.0.0.1:9: the hub cannot be reached for timm/")
    assert "set WEIGHTS_DIR to the folder where it lies, as tiny.safetensors" in said
    assert not (folder / "weights.lock").exists() and not (folder / "data/sample/weights").exists()


def test_from_a_folder_without_a_network(folder):
    (folder / "mine").mkdir()
    (folder / "mine" / "my.safetensors").write_bytes(published()[1])
    status, said = stage(folder, "own", WEIGHTS_DIR="mine", HF_HUB_OFFLINE="1")
    assert status == 0, said
    assert list(read_lock(folder / "weights.lock")) == ["own:my.safetensors"]


def test_a_backbone_that_is_not_in_params(folder):
    assert stage(folder, "huge") == (
        1,
        "error: unknown pretrained backbone\n  found: huge\n  expected: one of own, tiny\n",
    )
