"""How a process computes with torch, OpenCV and BLAS: set here and nowhere else."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


def configure_torch() -> None:
    """Let a GPU compute in float32 as a CPU does, and the same result twice.

    Entry points call this before the first network is built. Convolutions would use TF32, which
    keeps ten bits of a fraction and not 23.
    """
    import torch  # takes a second, and not every stage needs it

    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.deterministic = True


def use_one_thread() -> None:
    """Use one core, in a process or thread that works beside others."""
    import cv2

    cv2.setNumThreads(1)
    if torch := sys.modules.get("torch"):  # not every family loads it
        torch.set_num_threads(1)


def sees_gpu() -> bool:
    """Whether a network would run on a GPU in this process."""
    import torch

    return torch.cuda.is_available()


@contextmanager
def one_thread_of_blas() -> Iterator[None]:
    """For small matrices, until the block ends: threads that wait for one another take longer.

    Of the whole process, whichever thread asks.
    """
    with _blas().limit(limits=1):
        yield


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController().select(user_api="blas")
