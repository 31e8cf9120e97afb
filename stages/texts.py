"""DVC stage, of a corpus with words: what is said and written in each trailer, in order of time."""

from stages.base import places
from stages.base.console import CommandLine, run_stage, say


def main() -> None:
    CommandLine(
        prog="python -m stages.texts",
        description="Join the speech and the cards of each trailer, whichever of the two "
        "params.yaml asks for under `words`, to the pack data/words that backbones read.",
    ).parse_args()

    from stages.base.counting import counted
    from stages.base.params import load
    from stages.corpus.table import read_trailers
    from stages.words import texts
    from stages.words.asking import words_of

    asked, data = words_of(load()), places.data()
    speech = data / "speech" if asked.speech else None
    cards = data / "cards" if asked.cards else None
    trailers = read_trailers(data / "catalogue.parquet")
    titles = {each.trailer_id: each.title for each in trailers}
    count, silent = texts.write(data / "words", speech, cards, titles)
    say(f"{data / 'words'}: {counted(count, 'trailer')}, {silent} of them without a word")


if __name__ == "__main__":
    run_stage(main)
