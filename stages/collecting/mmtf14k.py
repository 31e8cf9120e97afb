"""The films whose MMTF-14K features are published (Deldjoo et al., 2018), from a feature file.

A film's id is MovieLens' movieId. The films have no trailers to fetch: the features are there.
"""

import argparse
import os
from pathlib import Path

from stages.base.errors import BenchmarkError
from stages.collecting import output
from stages.collecting.csv_files import Cells, collect_rows
from stages.collecting.output import Output, Watch
from stages.collecting.rows import Collected, Place, Row
from stages.collecting.values import MOVIELENS, check_number, choose_genres, title_and_year

SUMMARY = "MMTF-14K: one of its feature files"
EXAMPLES = """\
from one feature file, or from the folder that FEATURES_DIR names:
  python -m stages.collect mmtf14k fused_llm_mmtf_avf_avg.csv -o mmtf14k.txt
  FEATURES_DIR=/features python -m stages.collect mmtf14k -o mmtf14k.txt
"""
COLUMNS = ("itemId", "title", "genres")
FOLDER, FILE = "FEATURES_DIR", "fused_llm_mmtf_avf_avg.csv"
HOW_TO_GET = (
    f"get {FILE} from the repository RecSys-lab/reproducibility_data at commit 537a2a1 "
    f"(folder fused_textual_visual) and name the folder that holds it in {FOLDER}"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file."""
    parser.add_argument(
        "file",
        type=Path,
        nargs="?",
        help=f"a CSV with itemId,title,genres; if left out, {FILE} of the folder {FOLDER}",
    )


def run(arguments: argparse.Namespace, watch: Watch) -> Output:
    """What the command writes."""
    return output.catalogue(collect(arguments.file or feature_file()))


def collect(path: Path) -> Collected:
    """A row for each film of a feature file."""
    found = Collected()

    def row(place: Place, cells: Cells) -> Row:
        number = check_number(cells["itemId"], "itemId")
        title, year = title_and_year(cells["title"])
        genres = choose_genres(cells["genres"].split("|"), MOVIELENS, found.other_genres)
        return Row(place, number, title, genres, year)

    collect_rows(path, COLUMNS, found, row)
    return found


def feature_file() -> Path:
    """The file in the folder that FEATURES_DIR names; raises BenchmarkError if it is not there."""
    folder = os.environ.get(FOLDER, "")
    path = Path(folder) / FILE
    if not folder or not path.is_file():
        raise BenchmarkError(
            "the features of MMTF-14K are not at hand",
            where=str(path) if folder else FOLDER,
            found="no such file" if folder else "not set",
            do=HOW_TO_GET,
        )
    return path
