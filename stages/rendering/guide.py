"""The guide: docs/*.md as pages of the site, with links that lead somewhere from there too."""

import os.path
import re
import shutil
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from stages.base import places
from stages.rendering import footers

FOLDER = "guide"  # of the site
IMAGES = (".png", ".jpg", ".svg")
# Code, where nothing is a link; [text](target "title"), which an image has a ! before
MARKDOWN = re.compile(
    r"(?P<code>^(?P<fence>`{3,}|~{3,}).*?^(?P=fence)|`[^`\n]+`)"
    r"|(?P<open>!?\[)(?P<text>(?:!?\[[^\]]*\]\([^)]*\)|[^\[\]])*)\]"
    r"\((?P<target>[^)\s]+)(?P<close>[^)]*\))",
    re.DOTALL | re.MULTILINE,
)


def copy(root: Path, project: Path) -> None:
    """Put the pages of docs/ and the images they show into the project's folder `guide`.

    root: the repository's folder. Links among docs/ stay, links to the pages of report/ lead to
    them. Other files are not on the site: links to them lead to the repository where its address
    is known, and are plain text otherwise.
    """
    docs, guide = root / "docs", project / FOLDER
    repository = footers.repository(root)
    guide.mkdir()
    for page in sorted(docs.glob("*.md")):
        images: list[str] = []

        def led(target: str, images: list[str] = images) -> str:
            path, sign, anchor = target.partition("#")
            inside = os.path.normpath(PurePosixPath("docs") / path)
            folder, _, name = inside.rpartition("/")
            if folder == "docs" and name.endswith((*IMAGES, ".md")):
                images += [name] if name.endswith(IMAGES) else []
                return f"{name}{sign}{anchor}"
            if folder == "report" and name.endswith(".qmd"):
                page = name.removesuffix(".qmd")  # those of the corpus that every clone has
                return f"../{places.DEFAULT}/{page}.html{sign}{anchor}"
            return f"{repository}/blob/HEAD/{inside}{sign}{anchor}" if repository else ""

        text = relink(page.read_text(encoding="utf-8"), led)
        (guide / page.name).write_text(text, encoding="utf-8")
        for name in images:
            shutil.copyfile(docs / name, guide / name)


def relink(markdown: str, led: Callable[[str], str]) -> str:
    """Markdown with each link to a file replaced by `led(target)`, by its text where that is ""."""

    def replaced(found: re.Match[str]) -> str:
        if found["code"] or re.match(r"\w+:|#", found["target"]):
            return found[0]
        text, to = relink(found["text"], led), led(found["target"])
        return f"{found['open']}{text}]({to}{found['close']}" if to else text

    return MARKDOWN.sub(replaced, markdown)
