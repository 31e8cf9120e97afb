"""The ledger: one row per trailer, downloaded or not, and its summary."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from rich.table import Table
from rich.text import Text

from stages.base.counting import counted
from stages.base.errors import BenchmarkError, TrailerError
from stages.base.packs import write_table
from stages.base.params import DownloadParams
from stages.base.published_studies import TRAILERS_FOUND
from stages.base.redaction import redact
from stages.corpus.reader import Trailer
from stages.trailers.fetching.video_info import EVENTS, VideoInfo

TRIES = 12  # first trailers that must not all fail for one of these reasons
HOPELESS_REASONS = ("network", "bot_check")
LEDGER = pa.schema(
    [
        ("trailer_id", pa.string()),
        ("film_id", pa.string()),
        ("url", pa.string()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("sha256", pa.string()),
        ("bytes", pa.int64()),
        ("duration", pa.float64()),  # null where unknown
        ("video_codec", pa.string()),  # "" if there is no picture, or no download
        ("audio_codec", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
    ]
)
Result = tuple[Trailer, VideoInfo | TrailerError]


def ledger_row(trailer: Trailer, result: VideoInfo | TrailerError) -> dict[str, Any]:
    """One row of the ledger."""
    row: dict[str, Any] = {
        "trailer_id": trailer.trailer_id,
        "film_id": trailer.film_id,
        "url": redact(trailer.url),
        "sha256": "",
        "bytes": 0,
        "duration": None,
        "video_codec": "",
        "audio_codec": "",
        "width": 0,
        "height": 0,
    }
    if isinstance(result, TrailerError):
        return row | {"reason": result.reason, "detail": result.detail}
    missing = [
        name
        for name, codec in (("picture", result.video_codec), ("sound", result.audio_codec))
        if not codec
    ]
    known = {name: getattr(result, name) for name in row if hasattr(result, name)}
    detail = f"no {missing[0]}" if missing else ""
    return row | known | {"reason": "ok", "detail": detail}


def write_ledger(results: Iterable[Result], path: Path) -> list[dict[str, Any]]:
    """Write the ledger, sorted by trailer, and return its rows."""
    rows = [ledger_row(trailer, result) for trailer, result in results]
    rows.sort(key=lambda row: row["trailer_id"])
    write_table(pa.Table.from_pylist(rows, LEDGER), path)
    return rows


def write_events(results: Iterable[Result], path: Path) -> None:
    """Write the events of all rendered trailers, sorted; an empty table if there are none."""
    rows = [
        dict(event)
        for _, result in results
        if isinstance(result, VideoInfo)
        for event in result.events
    ]
    rows.sort(key=lambda row: (row["trailer_id"], row["modality"], row["event"]))
    write_table(pa.Table.from_pylist(rows, EVENTS), path)


def count(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """metrics/download.json: trailers downloaded, bytes, seconds, and reasons of the rest."""
    downloaded = [row for row in rows if row["reason"] == "ok"]
    reasons = Counter(row["reason"] for row in rows if row["reason"] != "ok")
    return {
        "trailers": len(rows),
        "ok": len(downloaded),
        "share": len(downloaded) / len(rows) if rows else 0.0,
        "seed_study_share": TRAILERS_FOUND.values[0],
        "bytes": sum(row["bytes"] for row in downloaded),
        "seconds": float(sum(row["duration"] or 0 for row in downloaded)),
        "reasons": dict(sorted(reasons.items())),
    }


def ledger_table(rows: list[dict[str, Any]], everything: bool = False) -> Table:
    """The ledger as a table to print: the missing trailers, or all of them, by reason."""
    table = Table(box=None, pad_edge=False)
    for head in ("film", "reason", "detail", "trailer"):
        table.add_column(head, overflow="fold")
    for row in sorted(rows, key=lambda row: (row["reason"], row["film_id"])):
        if everything or row["reason"] != "ok":
            cells = (row[name] for name in ("film_id", "reason", "detail", "url"))
            table.add_row(*(Text("".join(filter(str.isprintable, cell))) for cell in cells))
    return table


def stop_if_hopeless(results: Iterable[Result]) -> Iterator[Result]:
    """Yield the results; raises BenchmarkError if the first TRIES all failed for a hopeless reason.

    Without a network, or blocked as a bot, hundreds more tries would take hours for nothing.
    """
    reasons: list[str] = []
    for trailer, result in results:
        yield trailer, result
        reasons.append(result.reason if isinstance(result, TrailerError) else "ok")
        if len(reasons) == TRIES and len(set(reasons)) == 1 and reasons[0] in HOPELESS_REASONS:
            raise BenchmarkError(
                f"the first {TRIES} trailers all failed: {reasons[0]}",
                where="download",
                found=result.detail if isinstance(result, TrailerError) else "",
                do=advice(reasons[0]) + ", then run the same command again",
            )


def check_missing(counts: dict[str, Any], params: DownloadParams) -> None:
    """Raise BenchmarkError, with the counts by reason, when more is missing than allowed."""
    missing = counts["trailers"] - counts["ok"]
    if missing <= params.max_missing * counts["trailers"]:
        return
    by_reason = sorted(counts["reasons"].items(), key=lambda item: (-item[1], item[0]))
    raise BenchmarkError(
        f"{missing} of {counted(counts['trailers'], 'trailer')} could not be downloaded",
        where="data/downloads.parquet",
        found=", ".join(f"{reason} {number}" for reason, number in by_reason),
        expected=f"at most {params.max_missing:.0%} missing (download.max_missing)",
        do=advice(by_reason[0][0]) + "; a new run keeps finished downloads and tries only the rest",
    )


def advice(reason: str) -> str:
    """What to do when most trailers fail for this reason."""
    return {
        "no_trailer": "name trailers in the catalogue, or raise download.max_missing",
        "network": "check the network, or name a proxy in TRAILER_PROXY",
        "timeout": "check the network, or raise download.timeout_seconds or TRAILER_SECONDS",
        "too_heavy": "get ordinary copies of these, or raise TRAILER_MEMORY_GB if their detail "
        "says that memory ran out",
        "bot_check": "wait some hours, or name a file of cookies in TRAILER_COOKIES",
        "age_restricted": "name a file of cookies in TRAILER_COOKIES",
        "private": "name a file of cookies in TRAILER_COOKIES",
        "not_allowed": "set download.files_under to the folder that holds the files",
        "unsupported": "install ffmpeg, update yt-dlp, or correct the URLs",
        "truncated": "get the whole files: these end before anything in them decodes",
        "too_long": "raise download.max_minutes",
        "too_large": "raise download.max_megabytes",
    }.get(reason, "see why with `python -m stages.ledger`, or raise download.max_missing")
