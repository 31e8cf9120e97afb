"""Render the pages without Quarto: cells run by nbclient, HTML made by nbconvert's machinery."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from stages.base.errors import BenchmarkError
from stages.rendering import quarto, search
from stages.rendering.qmd import Page, plain_markdown, read

TEMPLATES = Path(__file__).parent / "template"
CELL_SECONDS = 120  # a cell that takes longer hangs
# as %reset -s does, without its search for garbage, a tenth of the time of all pages
CLEAR = "(lambda of: [of.user_ns.pop(n) for n in of.run_line_magic('who_ls', '')])(get_ipython());"
PLAIN_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)  # ours have attributes
BESIDE = re.compile(r'<script src="(\.\./[\w.-]+)"')
RAW_HTML = re.compile(r"^(`{3,})\{=html\}\n(.*)\n\1\s*$", re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """An entry of the navigation: a link to a page, or a menu of such links."""

    text: str
    page: str = ""
    """The page's file, as in `Site.pages`; "" for a menu."""
    menu: tuple["Entry", ...] = ()


@dataclass(frozen=True)
class Site:
    """What the preview takes from _quarto.yml."""

    title: str
    footer: str
    pages: tuple[str, ...]
    """Files of the project, relative to it."""
    navigation: tuple[Entry, ...]
    resources: tuple[str, ...]
    """Files to copy, as patterns relative to the project."""
    beside: tuple[str, ...] = ()
    """Scripts that lie beside the site's folder, relative to it."""


def render(project: Path, output: Path) -> None:
    """Render the Quarto project at `project` into the folder `output`.

    One kernel runs all pages, its names cleared before each. BenchmarkError names page, cell and
    error of a cell that fails.
    """
    site = _site(project)
    pages = [read(project / name) for name in site.pages]
    output.mkdir(parents=True, exist_ok=True)
    exporter = HTMLExporter(
        template_name="preview",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )

    def write(file: str, page: Page, notebook: nbformat.NotebookNode) -> list[search.Section]:
        resources = {"page": page, "site": site, "here": file, "root": "../" * file.count("/")}
        body, _ = exporter.from_notebook_node(notebook, resources=resources)
        body = search.with_anchors(_scrolling(body))
        target = (output / file).with_suffix(".html")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(search.with_links(body), encoding="utf-8")
        return list(search.sections(file.partition(".")[0], page.title, body))

    with ThreadPoolExecutor(1) as pool:  # the kernel has a process, and is at the next page
        written = [
            pool.submit(write, *each)
            for each in zip(site.pages, pages, _run(pages, project), strict=True)
        ]
    found = [section for each in written for section in each.result()]
    for pattern in site.resources:
        for source in sorted(project.glob(pattern)):
            if source.is_file():
                target = output / source.relative_to(project)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
    (output / "theme" / "contents.js").write_text(search.script(found), encoding="utf-8")


def _site(project: Path) -> Site:
    settings: dict[str, Any] = yaml.safe_load((project / "_quarto.yml").read_text(encoding="utf-8"))
    of = settings["project"]
    website = settings["website"]
    css = settings["format"]["html"]["css"]
    return Site(
        title=website["title"],
        footer=website["page-footer"]["left"],
        pages=tuple(of["render"]),
        navigation=_entries(website["navbar"]["left"]),
        resources=(*of["resources"], css, "theme/preview.css", "theme/search.js", "theme/menu.js"),
        beside=tuple(BESIDE.findall(str(settings["format"]["html"].get("include-in-header", "")))),
    )


def _scrolling(html: str) -> str:
    """Code and tables of Markdown, which may be wider than a phone, in frames a key can scroll."""
    frame = '<div class="table-frame" tabindex="0" role="region" aria-label="table">'
    html = PLAIN_TABLE.sub(lambda found: f"{frame}{found[0]}</div>", html)
    return html.replace("<pre>", '<pre tabindex="0">')


def _entries(listed: list[dict[str, Any]]) -> tuple[Entry, ...]:
    return tuple(
        Entry(each["text"], each.get("href", ""), _entries(each.get("menu", []))) for each in listed
    )


def notebook_of(page: Page) -> nbformat.NotebookNode:
    """The page as a notebook; its cells are named by place, so the same page is the same file."""
    cells = []
    for place, cell in enumerate(page.cells):
        name = f"{page.name}-{place}"
        if cell.kind == "code":
            made = new_code_cell(cell.source, id=name, metadata={"quarto": cell.options})
        else:
            made = new_markdown_cell(plain_markdown(cell.source), id=name)
        cells.append(made)
    return new_notebook(cells=cells)


def _run(pages: list[Page], project: Path) -> Iterator[nbformat.NotebookNode]:
    """The notebook of each page as soon as its cells are run."""
    notebooks = [notebook_of(page) for page in pages]
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # read here too, where the kernel is looked for
    with tempfile.TemporaryDirectory() as own:  # in place of one's own profile of IPython
        changed = {"IPYTHONDIR": own, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        client = NotebookClient(
            notebooks[0],
            timeout=CELL_SECONDS,
            startup_timeout=CELL_SECONDS,
            iopub_timeout=CELL_SECONDS,  # on a busy machine output comes seconds after its cell,
            raise_on_iopub_timeout=True,  # and a page without it is no page
            kernel_name="python3",
            extra_arguments=["--IPKernelApp.log_level=40"],  # errors; nothing here is a secret
            resources={"metadata": {"path": str(project)}},
        )
        with client.setup_kernel(env=quarto.environment(project) | changed):
            for page, notebook in zip(pages, notebooks, strict=True):
                client.nb = notebook
                client.reset_execution_trackers()
                clear = new_code_cell(CLEAR, id="clear")
                notebook.cells.append(clear)
                client.execute_cell(clear, len(notebook.cells) - 1)
                notebook.cells.pop()
                _run_page(client, page, notebook)
                yield notebook


def _run_page(client: NotebookClient, page: Page, notebook: nbformat.NotebookNode) -> None:
    for place, (cell, made) in enumerate(zip(page.cells, notebook.cells, strict=True)):
        if cell.kind != "code":
            continue
        where = f"report/{page.name}.qmd, cell {cell.label!r} (line {cell.line})"
        try:
            client.execute_cell(made, place)
        except CellExecutionError as error:
            raise BenchmarkError(
                "a cell of the report failed",
                where=where,
                found=f"{error.ename}: {error.evalue}",
                do="mend the cell, or the metrics it reads, and run `python -m stages.report`",
            ) from error
        except (CellControlSignal, DeadKernelError) as error:
            raise BenchmarkError(
                "a cell of the report did not finish", where=where, found=str(error).strip()
            ) from error
        if cell.options.get("include") is False or cell.options.get("output") is False:
            made.outputs = []
        else:
            made.outputs = [_output(out) for out in made.outputs if not _is_warning(out)]


def _is_warning(output: nbformat.NotebookNode) -> bool:
    return output.output_type == "stream" and output.name == "stderr"


def _output(output: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Markdown that is one raw HTML block, as Quarto takes it, becomes that HTML."""
    raw = RAW_HTML.match(output.get("data", {}).get("text/markdown", ""))
    if raw:
        output.data = nbformat.NotebookNode({"text/html": raw.group(2)})
    return output
