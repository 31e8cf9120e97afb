"""The survey of a store in words."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rich.markup import escape
from rich.table import Table

from stages.base import places
from stages.base.counting import counted, listed
from stages.base.store import File
from stages.base.store.shared import shared_store_place
from stages.commands.store.survey import Survey

UNITS = ("B", "kB", "MB", "GB", "TB")


def store_table(survey: Survey) -> Table:
    """Entries and bytes by step: needed, and needed by no corpus."""
    table = Table(box=None, pad_edge=False, show_footer=True)
    every = survey.rows
    several = {row.step for row in every if row.what}
    needed = [file for row in every for file in row.needed]
    unknown = [file for row in every for file in row.unknown]
    table.add_column("step", "total", no_wrap=True)
    table.add_column("of", overflow="fold")
    for head, files in (("needed", needed), ("not known", unknown), ("dropped", survey.droppable)):
        table.add_column(head, _count(files), justify="right")
        table.add_column("", size(files), justify="right")
        if head == "needed":
            table.add_column("by", overflow="fold")
    for row in every:
        by = ", ".join(sorted(row.corpora))
        of = row.what or ("any other" if row.step in several else "")
        kept = _count(row.needed), size(row.needed), by, _count(row.unknown), size(row.unknown)
        cells = (row.step, of, *kept, _count(row.unneeded), size(row.unneeded))
        table.add_row(*map(escape, cells))
    if survey.damaged:
        aside = _count(survey.damaged), size(survey.damaged)
        table.add_row("–", "set aside as damaged", *[""] * 5, *aside)
    return table


def notes(survey: Survey) -> Iterator[str]:
    """What the table does not say."""
    for corpus, reasons in survey.unknown.items():
        yield f"\nWhat {corpus} needs is not known, so that nothing of these steps is dropped:"
        yield from (f"  {plain(reason)}" for reason in listed(reasons, len(reasons)))
        yield f"  to know it, run that corpus: {places.make_report(corpus)}"
    if survey.partial:
        yield (
            f"\nBeing written, or left by a killed run, which the next run of the step removes: "
            f"{counted(len(survey.partial), 'file')}, {size(survey.partial)}"
        )
    if survey.others:
        yield "\nNo entries of a known step, left alone:"
        groups = sorted(_grouped(survey.others).items())
        lines = (f"  {plain(name)}: {_size_of(files)}" for name, files in groups)
        yield from listed(lines, len(groups))
    if place := shared_store_place():
        yield f"\nThe shared store {place} is neither looked at nor changed: others use it too."


def plain(text: str) -> str:
    """What may come from a name or a file, on one line and safe to print."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))


def size(files: Sequence[File]) -> str:
    """Of all of them together; "" for none."""
    if not files:
        return ""
    number = float(sum(file.bytes for file in files))
    for unit in UNITS:
        if number < 1000 or unit == UNITS[-1]:
            break
        number /= 1000
    return f"{number:.3g} {unit}"


def _count(files: Sequence[File]) -> str:
    return f"{len(files):,}" if files else ""


def _size_of(files: Sequence[File]) -> str:
    return f"{counted(len(files), 'file')}, {size(files)}"


def _grouped(files: Sequence[File]) -> dict[str, list[File]]:
    """By the first two parts of their names."""
    groups: dict[str, list[File]] = defaultdict(list)
    for file in files:
        groups["/".join(file.name.split("/")[:2])].append(file)
    return groups
