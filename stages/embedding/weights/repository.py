"""Files of the Hugging Face hub: in its cache on this machine, and where they lie on the hub.

The hub's library answers which commit, size, hash and token; the bytes come by our own download,
because the library (2.x) throws away what a run that was stopped had fetched.
"""

import re
import time
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url, try_to_load_from_cache
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, HTTPError
from huggingface_hub.utils import build_hf_headers

from stages.base.errors import BenchmarkError
from stages.embedding.records import Source
from stages.embedding.weights.download import PAUSES, TRANSIENT, Remote

MAIN = "main"
TIMEOUT = 10  # seconds for the hub to say what it has


def offline() -> bool:
    """Whether the person asked for no network (HF_HUB_OFFLINE)."""
    return constants.HF_HUB_OFFLINE


def cached(source: Source, revision: str) -> tuple[Path, str] | None:
    """The file in the hub's cache at a revision ("": its main branch), and the commit it is of."""
    found = try_to_load_from_cache(source.hub, source.file, revision=revision or MAIN)
    if not isinstance(found, str):
        return None
    above = len(PurePosixPath(source.file).parts)
    return Path(found), Path(found).parts[-above - 1]


def address(source: Source, revision: str = "") -> str:
    """Where a person would fetch the file."""
    if not source.hub:
        return source.url
    return hf_hub_url(source.hub, source.file, revision=revision or MAIN)


def ask(
    source: Source, revision: str, otherwise: str, pauses: tuple[float, ...] = PAUSES
) -> Remote:
    """What the hub says of the file at a revision; raises BenchmarkError where it says nothing."""
    url = address(source, revision)
    failures = 0
    while True:
        try:
            found = get_hf_file_metadata(url, timeout=TIMEOUT)
            break
        except HfHubHTTPError as error:
            if error.response.status_code not in TRANSIENT or failures == len(pauses):
                raise _refusal(source, revision, error, otherwise) from None
        except (HTTPError, OSError) as error:
            if failures:
                raise BenchmarkError(
                    f"the hub cannot be reached for {source.name}",
                    where=urlsplit(url).netloc,
                    found=" ".join(str(error).split())[:200],
                    do=otherwise,
                ) from None
        time.sleep(pauses[failures])
        failures += 1
    if found.commit_hash is None:
        raise BenchmarkError(
            "this does not answer as the hub does", where=url, do="check HF_ENDPOINT and the proxy"
        )
    etag = found.etag or ""
    return Remote(
        name=source.name,
        url=address(source, found.commit_hash),
        otherwise=otherwise,
        headers=build_hf_headers(),
        schemes=("https", urlsplit(constants.ENDPOINT).scheme),
        revision=found.commit_hash,
        bytes=found.size or 0,
        sha256=etag if re.fullmatch("[0-9a-f]{64}", etag) else "",  # so for all large files
        fixed=True,
    )


def _refusal(
    source: Source, revision: str, error: HfHubHTTPError, otherwise: str
) -> BenchmarkError:
    status = error.response.status_code
    page = f"{constants.ENDPOINT}/{source.hub}"
    if isinstance(error, GatedRepoError) or status in (401, 403):
        what = f"the hub does not give {source.name} to just anyone (or has no such repository)"
        do = f"accept its terms at {page} and log in (`hf auth login`)"
        return BenchmarkError(what, where=page, found=f"HTTP status {status}", do=do)
    return BenchmarkError(
        f"the hub has no {source.file} here" if status == 404 else f"no {source.name} from the hub",
        where=f"{page} at revision {revision or MAIN}",
        found=error.response.headers.get("X-Error-Code") or f"HTTP status {status}",
        do=otherwise,
    )
