"""Render what is stale: a digest of all that pages are made from is kept beside them."""

import hashlib
import importlib.metadata
import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from stages.base import formulas, published_studies
from stages.base.parallel.workers import workers
from stages.rendering import films, fitting_pages, footers, home, labels, site
from stages.rendering.quarto import version

LIBRARIES = ("vl-convert-python", "altair", "pandas", "nbconvert")
SKIPPED = ("_site", "_freeze", ".quarto", "__pycache__")


def refresh(
    report: Path,
    metrics: Path,
    executable: Path | None,
    first: str | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> list[str]:
    """Render the stale pages, those of the corpus `first` before the others, the home last; as many
    at a time as there are cores.

    Returns what was rendered: names of corpora, "home". metrics: the folder of all corpora's. A
    corpus without the tables of a whole run has no pages; of `first` that is a BenchmarkError.
    """
    folders = {folder.name: folder for folder in home.with_tables(metrics)}
    if first is not None:
        folders = {first: metrics / first} | folders
    stale: dict[str, Callable[[], Path]] = {}
    for name, folder in folders.items():
        digest = digest_of_corpus(report, folder, executable)
        if _kept(report / site.SITE / name / site.ABOUT) != digest:
            stale[name] = partial(site.render, report, folder, executable, digest)
    digest = digest_of_home(report, metrics, executable)
    if _kept(report / site.SITE / home.FILES) != digest:
        stale["home"] = partial(home.render, report, metrics, executable, digest)
    with ThreadPoolExecutor(workers()) as pool:  # the pages' own Python runs in other processes
        rendered = [pool.submit(_render, name, render, say) for name, render in stale.items()]
        try:
            for each in rendered:
                each.result()
        finally:
            pool.shutdown(cancel_futures=True)
    site.write_corpora(report / site.SITE)  # once more: each knew those before it
    return list(stale)


def _render(name: str, render: Callable[[], Path], say: Callable[[str], None]) -> None:
    say(f"report: rendering {'the home' if name == 'home' else f'the pages of {name}'}")
    render()


def digest_of_corpus(report: Path, metrics: Path, executable: Path | None) -> str:
    """Of all that the pages of one corpus are made from."""
    root = metrics.parent.parent
    found = _code(executable)
    found.update(json.dumps(site.graph_of(root, metrics.name), sort_keys=True).encode())
    pages = [path for path in _files(report) if path.relative_to(report).parts[0] != "home"]
    beside = sorted((root / "benchmarks" / "results").glob("*.json"))
    beside += [path for path in (root / "CITATION.cff",) if path.is_file()]
    found.update(footers.repository(root).encode())
    catalogue = site.catalogue_of(root, metrics.name)
    # only a corpus whose labels are not in git takes them from there
    whole = not site.missing(metrics)
    private = whole and "without-labels" in fitting_pages.facts(metrics)
    told = [catalogue, catalogue.with_name(films.LOST)] if private else []
    beside += [path for path in told if path.is_file()]
    _add(found, report, pages)
    _add(found, root, [*_files(metrics), *beside])
    return found.hexdigest()


def digest_of_home(report: Path, metrics: Path, executable: Path | None) -> str:
    """Of all that the home is made from: tables of every corpus, labels, pages, the guide."""
    root = report.parent
    found = _code(executable)
    found.update(footers.repository(root).encode())
    beside = [root / "CITATION.cff", root / labels.CATALOGUE]
    beside = [path for path in beside if path.is_file()]
    _add(found, root, [*_files(report), *_files(root / "docs"), *beside])
    _add(found, metrics, _files(metrics))
    return found.hexdigest()


def _code(executable: Path | None) -> "hashlib._Hash":
    """A digest of what renders: this code, the libraries, Quarto or the preview."""
    found = hashlib.sha256((version(executable) if executable else "preview").encode())
    for name in LIBRARIES:
        found.update(f"{name} {importlib.metadata.version(name)}\n".encode())
    here = Path(__file__).parent
    modules = [Path(str(module.__file__)) for module in (formulas, published_studies)]
    _add(found, here.parent, [*_files(here), *modules])
    return found


def _add(found: "hashlib._Hash", root: Path, paths: Iterable[Path]) -> None:
    for path in paths:
        name = path.resolve().relative_to(root.resolve()).as_posix()
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        found.update(f"{name} {content}\n".encode())


def _files(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not set(path.relative_to(folder).parts) & set(SKIPPED)
    )


def _kept(path: Path) -> str | None:
    """The digest beside pages; None where there are none, or no whole ones."""
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["digest"])
    except (FileNotFoundError, KeyError, ValueError):
        return None
