"""DVC stage, of a corpus that asks for it: read the text on every trailer's frames."""

from functools import partial

from stages.base import places
from stages.base.console import CommandLine, progress, run_stage, say


def main() -> None:
    CommandLine(
        prog="python -m stages.cards",
        description="Read the title cards and other text on the frames of data/frames, as "
        "words.cards in params.yaml says: writes the packs and outcomes.parquet of data/cards.",
    ).parse_args()

    from stages.base.counting import counted
    from stages.base.params import load
    from stages.words import cards, ocr, rows
    from stages.words.asking import cards_of

    params = cards_of(load())
    ocr.library()  # missing, it shows before anything is done
    cards.store_of(params.same_level).recover()
    todo = cards.jobs(places.data() / "frames", params)
    found = progress(cards.read_all(todo), "cards", len(todo))
    entries = ((job.trailer_id, entry) for job, entry in found)
    target = places.data() / "cards"
    counts = rows.write(target, rows.LINES, entries, partial(cards.certain, params=params))
    say(f"{target}: {counted(counts['ok'], 'trailer')} read{rows.others(counts)}")


if __name__ == "__main__":
    run_stage(main)
