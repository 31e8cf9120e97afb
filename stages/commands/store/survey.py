"""The store's files, sorted into what corpora need, what none needs, and what is left alone."""

import os
import stat
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stages.base import places
from stages.base.dvc_project import workspace_hashes
from stages.base.errors import BenchmarkError
from stages.base.store import ROOT, File, files_in
from stages.commands.lock import read_yaml
from stages.commands.plan.finished import Finished
from stages.commands.store.needs import Need, Unknown, needs_of, steps

WRITABLE = stat.S_IWGRP | stat.S_IWOTH


@dataclass
class Row:
    """Entries of one step, and of one backbone where it has several."""

    step: str
    what: str = ""
    needed: list[File] = field(default_factory=list)
    corpora: set[str] = field(default_factory=set)
    """Those that need them."""
    unneeded: list[File] = field(default_factory=list)
    unknown: list[File] = field(default_factory=list)
    """Entries of a step of which it is not known what is needed."""


@dataclass(frozen=True)
class Survey:
    """What lies in the store."""

    rows: Sequence[Row]
    damaged: Sequence[File]
    """What was set aside, which nothing reads."""
    partial: Sequence[File]
    """What is being written, or was when a run was killed."""
    others: Sequence[File]
    """What is no entry of a known step."""
    unknown: Mapping[str, Sequence[str]]
    """Why it is not known what a corpus needs, by corpus."""

    @property
    def droppable(self) -> list[File]:
        """What no corpus needs."""
        return [*(file for row in self.rows for file in row.unneeded), *self.damaged]


def look(root: Path = ROOT) -> Survey:
    """List the store, then ask what each corpus of this folder needs of it.

    In this order, so that what is written meanwhile is not in the list.
    """
    files = sorted(files_in(root))
    entries = [file for file in files if file.kind == "entry" and file.step in steps()]
    stored: dict[str, dict[str, list[Path]]] = defaultdict(lambda: defaultdict(list))
    for file in entries:
        stored[file.step][file.key].append(root / file.name)
    with workspace_hashes() as hash_of:
        needs = {
            corpus: list(needs_of(corpus, stored, _finished(corpus, hash_of)))
            for corpus in places.names()
        }
    damaged = [file for file in files if file.kind == "damaged" and file.step in steps()]
    partial = [file for file in files if file.kind == "partial" and file.step in steps()]
    known = {*entries, *damaged, *partial}
    others = [file for file in files if file not in known]
    why = {
        corpus: list(dict.fromkeys(_why(each) for each in found if isinstance(each, Unknown)))
        for corpus, found in needs.items()
    }
    unknown = {corpus: said for corpus, said in why.items() if said}
    return Survey(_rows(entries, needs), damaged, partial, others, unknown)


def check_ours(root: Path = ROOT) -> None:
    """Raise BenchmarkError unless the store is this clone's alone, by its folder.

    Others who use it have corpora, parameters and code that are not known here.
    """
    status = root.lstat()
    if root.resolve() != Path.cwd() / root:
        found = "a link leads to it, so other clones may use it"
    elif status.st_uid != os.geteuid():
        found = "it belongs to another user"
    elif status.st_mode & WRITABLE:
        found = f"others may write there (mode {stat.S_IMODE(status.st_mode):04o})"
    else:
        return
    raise BenchmarkError(
        "may be other people's store too",
        where=str(root),
        found=found,
        expected="a folder of this clone, in which you alone write",
        do="nothing was removed, since what others need is not known here; if nobody else needs "
        "it, remove by hand what --dry-run names",
    )


def _finished(corpus: str, hash_of: Callable[[str], str | None]) -> Finished:
    return Finished(read_yaml(places.lock(corpus)), read_yaml(places.params(corpus)), hash_of)


def _rows(entries: Iterable[File], needs: Mapping[str, Sequence[Need | Unknown]]) -> list[Row]:
    """Rows in the order of work: of a step, what is needed of each kind, then all the rest."""
    by_key: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    kinds: dict[str, dict[str, None]] = defaultdict(dict)
    unknown: set[str] = set()
    for corpus, found in needs.items():
        for each in found:
            if isinstance(each, Unknown):
                unknown.update(each.steps)
                continue
            kinds[each.step][each.what] = None
            for key in each.keys:
                by_key[each.step, key].add((each.what, corpus))
    rows = {step: {what: Row(step, what) for what in (*kinds[step], "")} for step in steps()}
    for file in entries:
        asked = by_key.get((file.step, file.key), set())
        row = rows[file.step][min(asked)[0] if asked else ""]
        row.corpora.update(corpus for _, corpus in asked)
        into = row.needed if asked else row.unknown if file.step in unknown else row.unneeded
        into.append(file)
    every = (row for of_step in rows.values() for row in of_step.values())
    return [row for row in every if row.needed or row.unneeded or row.unknown]


def _why(unknown: Unknown) -> str:
    return f"{', '.join(unknown.steps)}: {unknown.why}"
