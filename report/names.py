"""Names in words in the place of slugs: what the pages show, from the tables that have both."""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pandas as pd

from stages.base.formulas import unescape_formula

APPROACHES = ("approach", "a", "b", "base", "better", "picture", "sound")
SENTENCES = ("question", "sentence", "quantity")


@dataclass(frozen=True)
class Names:
    """What approaches and backbones are called, by slug; a slug without a name is its own."""

    approaches: dict[str, str]
    backbones: dict[str, str]

    def of(self, slug: str) -> str:
        """What an approach is called."""
        return self.approaches.get(slug, slug)

    def backbone(self, slug: str) -> str:
        """What a backbone is called."""
        return self.backbones.get(slug, slug)

    def slug(self, name: str) -> str:
        """The slug of an approach, by what it is called."""
        return self._slugs.get(name, name)

    @cached_property
    def _slugs(self) -> dict[str, str]:
        return {name: slug for slug, name in self.approaches.items()}

    @cached_property
    def _mentioned(self) -> re.Pattern[str]:
        # a slug that may be a plain word stays: nobody knows whether a sentence means the approach
        known = [re.escape(s) for s in self.approaches if "_" in s and self.approaches[s] != s]
        return re.compile(rf"\b({'|'.join(known)})\b" if known else "(?!)")

    def in_words(self, sentence: str) -> str:
        """A sentence with each approach that it mentions by its slug called by its name."""
        return self._mentioned.sub(lambda found: f"“{self.of(found[0])}”", sentence)

    def put_into(self, rows: pd.DataFrame) -> pd.DataFrame:
        """A table with names in the place of slugs, wherever its columns have them."""

        changed = {}
        for columns, words in ((APPROACHES, self.of), (SENTENCES, self.in_words)):
            for column in columns:
                if column in rows and pd.api.types.is_string_dtype(rows[column]):
                    changed[column] = rows[column].map(words, na_action="ignore")
        return rows.assign(**changed)


def read_names(folder: Path) -> Names:
    """The names in cells.csv and models.csv; none where these are not there or of before names."""

    def named(file: str, column: str) -> dict[str, str]:
        path = folder / file
        rows = read_table(path) if path.exists() else pd.DataFrame()
        if not {column, "name"} <= set(rows):
            return {}
        found: dict[str, str] = {}  # those that ran first: another set's may be called the same
        for row in rows.sort_values("run", ascending=False, kind="stable").to_dict("records"):
            slug, name = str(row[column]), row["name"]
            free = pd.notna(name) and name not in found.values()
            found[slug] = str(name) if free or column == "backbone" else slug
        return found

    return Names(named("cells.csv", "approach"), named("models.csv", "backbone"))


def read_table(path: Path) -> pd.DataFrame:
    """A table as `write_csv` wrote it."""
    about = path.stat()
    return _read_table(path.absolute(), about.st_mtime_ns, about.st_size).copy()


@cache  # one Python runs all pages, and each reads nearly all tables
def _read_table(path: Path, changed: int, size: int) -> pd.DataFrame:
    # "none" is a modality, not a hole: only an empty cell means undefined.
    text = {"film_id": str}  # 0012 is no number
    rows = pd.read_csv(path, keep_default_na=False, na_values=[""], dtype=text)
    for name in rows.columns:
        if pd.api.types.is_string_dtype(rows[name]):
            rows[name] = rows[name].map(unescape_formula, na_action="ignore")
    return rows
