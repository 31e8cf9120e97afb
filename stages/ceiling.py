"""DVC stage: what an ideal observer of the sample corpus could score from each approach's view."""

from stages.base import places
from stages.base.console import CommandLine, run_stage, say

COLUMNS = ["modality", "window", "used_by", "macro_ap", "micro_ap", "samples_ap"]
GENRE_COLUMNS = ["modality", "window", "genre", "cue", "planted", "ap", "normalised_ap"]


def main() -> None:
    CommandLine(
        prog="python -m stages.ceiling",
        description="Compute the sample corpus's ceilings and contact sheets: writes "
        "metrics/ceilings.csv, metrics/ceiling_genres.csv and metrics/sheets/; of real films, "
        "whose truth nobody planted, these stay empty.",
    ).parse_args()

    from stages.base.counting import counted
    from stages.base.files import replacing, write
    from stages.base.params import load
    from stages.base.params.matrix import cells
    from stages.base.tables import write_csv
    from stages.judging.ceilings import ceilings, read_corpus
    from stages.sample.contact_sheet import contact_sheet, motion_sheet, sound_sheet

    params = load()
    corpus = read_corpus(places.data(), params.clips is not None)
    found = list(ceilings(corpus, cells(params), params)) if corpus else []
    write_csv([row for row, _ in found], COLUMNS, places.metrics() / "ceilings.csv")
    genres = [row for _, rows in found for row in rows]
    write_csv(genres, GENRE_COLUMNS, places.metrics() / "ceiling_genres.csv")
    about = "Contact sheets of the sample corpus's cues." if corpus else "No sheets of real films."
    with replacing(places.metrics() / "sheets") as sheets:
        write(about + "\n", sheets / "about.txt")
        if corpus:
            write(contact_sheet(), sheets / "picture.jpg")
            write(sound_sheet(), sheets / "sound.jpg")
        if corpus and params.sample.motion:
            write(motion_sheet(), sheets / "motion.jpg")
    say(counted(len(found), "ceiling") if corpus else "no sample corpus, no ceilings")


if __name__ == "__main__":
    run_stage(main)
