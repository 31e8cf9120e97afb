"""Files of the Hugging Face hub: in its cache on this machine, and where they lie on the hub.

The hub's library answers which commit, size, hash and token; the bytes come by our own download,
because the library (2.x) throws away what an interrupted run had downloaded.
"""

import re
import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url, try_to_load_from_cache
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, HTTPError
from huggingface_hub.utils import build_hf_headers

from stages.base.errors import BenchmarkError
from stages.embedding.records import Source
from stages.embedding.weights.download import PAUSES, TRANSIENT, RemoteFile

MAIN = "main"
TIMEOUT = 10  # seconds for the hub to answer


@dataclass(frozen=True)
class CachedFile:
    """A file in the hub's cache."""

    path: Path
    commit: str
    """Of the repository."""
    sha256: str
    """As the hub stated it when the file was downloaded; empty where it did not."""


def is_offline() -> bool:
    """Whether the person asked for no network (HF_HUB_OFFLINE)."""
    return constants.HF_HUB_OFFLINE


def find_cached(source: Source, revision: str) -> CachedFile | None:
    """The file in the hub's cache at a revision ("": its main branch)."""
    found = try_to_load_from_cache(source.hub, source.file, revision=revision or MAIN)
    if not isinstance(found, str):
        return None
    above = len(PurePosixPath(source.file).parts)
    # the cache keeps a file under its ETag, and links to it from the snapshot
    return CachedFile(
        Path(found), Path(found).parts[-above - 1], _sha256(Path(found).resolve().name)
    )


def download_url(source: Source, revision: str = "") -> str:
    """Where a person would download the file."""
    if not source.hub:
        return source.url
    return hf_hub_url(source.hub, source.file, revision=revision or MAIN)


def file_metadata(
    source: Source, revision: str, advice: str, pauses: tuple[float, ...] = PAUSES
) -> RemoteFile:
    """Commit, size and hash that the hub states for the file at a revision.

    advice: what a person can do without the hub. Raises BenchmarkError where it gives no answer.
    """
    url = download_url(source, revision)
    failures = 0
    while True:
        try:
            found = get_hf_file_metadata(url, timeout=TIMEOUT)
            break
        except HfHubHTTPError as error:
            if error.response.status_code not in TRANSIENT or failures == len(pauses):
                raise _refusal(source, revision, error, advice) from None
        except (HTTPError, OSError) as error:
            if failures:
                raise BenchmarkError(
                    f"the hub cannot be reached for {source.name}",
                    where=urlsplit(url).netloc,
                    found=" ".join(str(error).split())[:200],
                    do=advice,
                ) from None
        time.sleep(pauses[failures])
        failures += 1
    if found.commit_hash is None:
        raise BenchmarkError(
            "this does not answer as the hub does", where=url, do="check HF_ENDPOINT and the proxy"
        )
    return RemoteFile(
        name=source.name,
        url=download_url(source, found.commit_hash),
        advice=advice,
        headers=build_hf_headers(),
        schemes=("https", urlsplit(constants.ENDPOINT).scheme),
        revision=found.commit_hash,
        bytes=found.size or 0,
        sha256=_sha256(found.etag or ""),
        immutable=True,
    )


def _sha256(etag: str) -> str:
    """The ETag of a large file (LFS) is its sha256, that of a small one is something else."""
    return etag if re.fullmatch("[0-9a-f]{64}", etag) else ""


def _refusal(source: Source, revision: str, error: HfHubHTTPError, advice: str) -> BenchmarkError:
    status = error.response.status_code
    page = f"{constants.ENDPOINT}/{source.hub}"
    if isinstance(error, GatedRepoError) or status in (401, 403):
        what = f"the hub gives {source.name} only to users who may have it (or has no such file)"
        do = f"accept its terms at {page} and log in (`hf auth login`)"
        return BenchmarkError(what, where=page, found=f"HTTP status {status}", do=do)
    return BenchmarkError(
        f"the hub has no {source.file} here" if status == 404 else f"no {source.name} from the hub",
        where=f"{page} at revision {revision or MAIN}",
        found=error.response.headers.get("X-Error-Code") or f"HTTP status {status}",
        do=advice,
    )
