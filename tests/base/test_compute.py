"""How a process computes with torch is said in one place, by the entry points that need it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def in_process(program: str) -> str:
    """Standard output of a program, in a process of its own: the flags are the whole process's."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "2"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_a_gpu_computes_in_float32_and_the_same_twice():
    found = in_process(
        "import torch; from stages.base.compute import configure_torch; configure_torch()\n"
        "cudnn, cuda = torch.backends.cudnn, torch.backends.cuda\n"
        "print(cudnn.allow_tf32, cuda.matmul.allow_tf32, cudnn.deterministic)"
    )
    assert found == "False False True"


@pytest.mark.parametrize(("loaded", "threads"), [("torch", "1 1"), ("cv2", "1 no torch")])
def test_one_thread_for_opencv_and_for_torch_if_it_is_loaded(loaded, threads):
    found = in_process(
        f"import cv2, sys, {loaded}; from stages.base.compute import use_one_thread\n"
        "use_one_thread(); torch = sys.modules.get('torch')\n"
        "print(cv2.getNumThreads(), torch.get_num_threads() if torch else 'no torch')"
    )
    assert found == threads


def test_no_other_file_sets_flags_of_torch():
    flags = re.compile(
        r"torch\.(backends\.[\w.]+ = |use_deterministic|set_float32|set_num_interop)"
    )
    found = {p for p in (ROOT / "stages").rglob("*.py") if flags.search(p.read_text())}
    assert found == {ROOT / "stages/base/compute.py"}


@pytest.mark.parametrize("stage", ["embed", "fit", "plan", "predict"])
def test_what_embeds_or_trains_begins_with_it(stage):
    assert "    configure_torch()\n" in (ROOT / f"stages/{stage}.py").read_text()
