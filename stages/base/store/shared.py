"""The store that machines share: the same entries under a URL that fsspec can reach.

TRAILER_STORE names it, such as s3://bucket/folder, gs://bucket/folder or file:///mnt/folder. It is
environment and no parameter, since where entries are kept never changes a result. Credentials and
endpoints are read by the library of each protocol, from where it always reads them.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from io import RawIOBase
from pathlib import Path
from typing import Any, Literal, cast, overload
from uuid import uuid4

from stages.base.errors import DISK_FULL, BenchmarkError
from stages.base.redaction import USER_INFO
from stages.base.store.modes import make_folder, restrict

VARIABLE = "TRAILER_STORE"
PARTIAL = "partial"  # folder of what is being written, in each step's


def shared_store_url() -> str:
    """URL of the shared store; "" where there is none."""
    return os.environ.get(VARIABLE, "")


def shared_store_place() -> str:
    """The same without user and password, which each machine has from its own environment."""
    return USER_INFO.sub(r"\1", shared_store_url())


@overload
def shared_store() -> "SharedStore | None": ...
@overload
def shared_store(needed: Literal[True]) -> "SharedStore": ...
def shared_store(needed: bool = False) -> "SharedStore | None":
    """The store that machines share. Without one: None, or BenchmarkError if it is needed."""
    url = shared_store_url()
    if not url and needed:
        raise BenchmarkError("no store is shared", where=VARIABLE, expected="a URL")
    return _connect(url) if url else None


class SharedStore:
    """Files below a URL, by names such as frames/ab/key.sha256. Raises BenchmarkError.

    Passing network errors are retried by the protocol's library.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        with self._explained():
            self.files, root = _filesystem(url)
            self.root = root.rstrip("/")
            self.is_folder = "file" in self.files.protocol
            # a folder that is not mounted is not to be made on our own disk
            if self.is_folder and not self.files.isdir(self.root):
                raise FileNotFoundError(self.root)
        # object stores, all asynchronous in fsspec, show an upload once it is complete
        self.atomic_upload = bool(self.files.async_impl)

    def names(self, folder: str, start: str = "") -> list[str]:
        """Sorted names of the files below a folder whose path from there begins with `start`."""
        below = f"{self.root}/{folder}"
        with self._explained():
            # only protocols that can leave the others out make use of the prefix
            found = self.files.find(below, prefix=start)
        names = [path[len(self.root) + 1 :] for path in found]
        return sorted(name for name in names if name.startswith(f"{folder}/{start}"))

    def size(self, name: str) -> int | None:
        """Bytes of a file, None if there is none."""
        with self._explained(), suppress(FileNotFoundError):
            return int(self.files.size(f"{self.root}/{name}"))
        return None

    def download(self, name: str, target: Path) -> bool:
        """Write a file to `target`; False if there is no such file."""
        with self._explained(), suppress(FileNotFoundError):
            self.files.get_file(f"{self.root}/{name}", str(target))
            return True
        return False

    def upload(self, path: Path, name: str) -> None:
        """Upload a file, which others see complete or not at all."""
        target = f"{self.root}/{name}"
        with self._explained():
            if self.atomic_upload:
                self.files.put_file(str(path), target)
                return
            aside = f"{self.root}/{name.partition('/')[0]}/{PARTIAL}/{uuid4().hex}.part"
            folders = [each.rpartition("/")[0] for each in (aside, target)]
            for folder in folders:
                if self.is_folder:
                    make_folder(Path(folder), Path(self.root))
                self.files.makedirs(folder, exist_ok=True)
            self.files.put_file(str(path), aside)
            if self.is_folder:
                restrict(Path(aside))
            self.files.mv(aside, target)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with self._explained(), suppress(FileNotFoundError):
            self.files.rm_file(f"{self.root}/{name}")

    def open(self, name: str) -> "RemoteFile":
        """A file of which only what is read is transferred."""
        with self._explained():
            file = self.files.open(f"{self.root}/{name}", cache_type="none")
        return RemoteFile(file, self._explained)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            ours = isinstance(error, BenchmarkError) or getattr(error, "errno", None) in DISK_FULL
            if ours or (type(error).__module__ == "builtins" and not isinstance(error, OSError)):
                raise  # a full disk here, or a bug
            what, do = _advice(error)
            raise BenchmarkError(
                what,
                where=f"{VARIABLE}={self.url}",
                found=f"{type(error).__name__}: {error}",
                do=f"{do}, then run the same command again: what was done is kept",
            ) from error


class RemoteFile(RawIOBase):
    """A file of the shared store, whose read errors are explained like all others there."""

    def __init__(self, file: Any, explained: Callable[[], AbstractContextManager[None]]) -> None:
        self.file, self.explained = file, explained

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self.file.seek(offset, whence))

    def tell(self) -> int:
        return int(self.file.tell())

    def read(self, size: int = -1) -> bytes:
        with self.explained():
            return bytes(self.file.read(size))

    def close(self) -> None:
        self.file.close()
        super().close()


def _advice(error: Exception) -> tuple[str, str]:
    """What is wrong and what to do, from what any protocol's library may raise."""
    if isinstance(error, PermissionError) or "Credentials" in type(error).__name__:
        return "no permission for the shared store", (
            "give credentials that may list, read, write and delete there (for s3:// "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE)"
        )
    if isinstance(error, FileNotFoundError):
        return "no such bucket or folder", "make it, or correct the URL"
    return "the shared store cannot be reached", (
        "check the network and the address of the service (for s3:// that is not Amazon's: "
        "AWS_ENDPOINT_URL)"
    )


@cache
def _connect(url: str) -> SharedStore:
    return SharedStore(url)


def _filesystem(url: str) -> tuple[Any, str]:
    """fsspec's file system of a URL, and the path in it."""
    import fsspec

    try:
        if not url.partition("://")[2].strip("/"):  # else a step would be taken for the bucket
            raise ValueError("a protocol, a bucket or a folder is missing")
        return cast(tuple[Any, str], fsspec.url_to_fs(url, use_listings_cache=False))
    except ImportError as error:
        s3 = url.startswith(("s3:", "s3a:"))
        raise BenchmarkError(
            "a package for this kind of store is not installed",
            where=f"{VARIABLE}={url}",
            found=str(error),
            do="python requirements/install.py core cluster"
            if s3
            else "pip install it: gcsfs for gs://, adlfs for abfs://",
        ) from None
    except ValueError as error:
        raise BenchmarkError(
            "not the URL of a store",
            where=f"{VARIABLE}={url}",
            found=str(error),
            expected="such as s3://bucket/folder, gs://bucket/folder or file:///mnt/folder",
        ) from None
