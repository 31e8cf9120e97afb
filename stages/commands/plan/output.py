"""The plan and the known models as tables."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from stages.base.errors import BenchmarkError
from stages.base.files import write
from stages.base.params.modalities import in_words
from stages.base.plugins import plugin_names
from stages.commands.plan.costs import Row
from stages.embedding.base import family

MEANING = (
    "Minutes: from metrics/provenance.json, scaled to the number of trailers; backbones that never "
    "ran were timed here.\nLeft: minutes of stages that dvc.lock does not record as they are here; "
    "trailers that the store holds are not processed again, so it can take less."
)
BEGIN, END = "<!-- models -->", "<!-- /models -->"
HEADINGS = (
    *("from", "family", "model", "input", "dimensions", "parameters", "memory, MB", "released"),
    *("trained on", "our films among it", "licence of the weights"),
)


def plan_table(rows: Sequence[Row]) -> Table:
    """The rows and their sum; unknown minutes are a question mark."""
    table = Table(box=None, pad_edge=False, show_footer=True)
    table.add_column("runs", "total", no_wrap=True)
    table.add_column("as")
    table.add_column("needs", overflow="fold")
    table.add_column("available", overflow="fold")
    table.add_column("stages", str(sum(row.stages for row in rows)), justify="right")
    table.add_column("MB", f"{sum(row.megabytes for row in rows):.0f}", justify="right")
    table.add_column("minutes", _total([row.minutes for row in rows]), justify="right")
    table.add_column("left", _total([row.left for row in rows]), justify="right")
    for row in rows:
        megabytes = f"{row.megabytes:.0f}" if row.megabytes else ""
        texts = [row.slug, row.what, row.needs, row.available]
        times = _minutes(row.minutes), "done" if row.left == 0 else _minutes(row.left)
        table.add_row(*map(escape, texts), str(row.stages), megabytes, *times)
    return table


def problems(rows: Sequence[Row]) -> list[str]:
    """What keeps rows from running, each once, after the names of those it concerns."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.problem:
            found.setdefault(row.problem, []).append(row.slug)
    return [f"{', '.join(slugs)}: {problem}" for problem, slugs in found.items()]


def _minutes(value: float | None) -> str:
    return "?" if value is None else f"{value:.1f}"


def _total(minutes: Sequence[float | None]) -> str:
    known = sum(value for value in minutes if value is not None)
    return f"{known:.1f}{' + ?' if None in minutes else ''}"


def write_models(lines: Sequence[str], path: Path) -> None:
    """Put the table of models between its marks in a Markdown file."""
    write_between(BEGIN, END, lines, path)


def write_between(begin: str, end: str, lines: Sequence[str], path: Path) -> None:
    """Replace what stands between two marks of a Markdown file; BenchmarkError without them."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BenchmarkError(
            "there is no such file",
            where=str(path),
            expected=f"a Markdown file with the marks {begin} {end}",
            do="name one, docs/backbones.md for example",
        ) from None
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    if not after:
        raise BenchmarkError("no place for the table", where=str(path), expected=f"{begin} {end}")
    table = "\n".join(lines)
    write(f"{before}{begin}\n{table}\n{end}{after}", path)


def models() -> Iterator[str]:
    """Every model that has a record, as the lines of a Markdown table, sorted by modality."""
    yield f"| {' | '.join(HEADINGS)} |"
    yield "|---|---|---|---|---:|---:|---:|---|---|---|---|"
    rows = [
        (record.modality, name, model, record)
        for name in plugin_names("backbones")
        for model, record in family(name).RECORDS.items()
    ]
    for modality, name, model, record in sorted(rows, key=lambda row: row[:3]):
        shape = " × ".join(map(str, record.shape))
        parameters = f"{record.parameters / 1e6:.1f} M" if record.parameters else "–"
        memory = "not measured" if record.memory_mb is None else str(record.memory_mb)
        cells = [in_words(modality), name, model or "–", record.input, shape, parameters, memory]
        cells += [record.released or "–", record.trained_on, record.our_films_among_it]
        yield "| " + " | ".join([*cells, record.licence]) + " |"
