"""Print what is said in videos of one's own. Not a DVC stage."""

import sys

from stages.base.console import CommandLine, run_command, say


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.transcribe",
        description="Transcribe videos with Whisper and print a line a segment, separated by tabs: "
        "video, start and end in seconds, language, text. The model's weights come from the folder "
        "WEIGHTS_DIR, the Hugging Face cache or the network, and are kept.",
    )
    parser.add_argument("videos", nargs="+", metavar="VIDEO", help="a video file, or a URL")
    parser.add_argument(
        "--model", metavar="NAME", help="tiny.en to large-v3-turbo; by default words.speech.model"
    )
    arguments = parser.parse_args()

    from stages.base.errors import BenchmarkError
    from stages.base.params import load
    from stages.commands.predict.inputs import open_trailer
    from stages.commands.predict.output import printable
    from stages.commands.predict.words import DEFAULT, listen
    from stages.trailers.fetching.fetcher import TrailerFetcher
    from stages.words import weights, whisper
    from stages.words.asking import with_model

    params = load()
    asked = with_model((params.words or DEFAULT).speech, arguments.model)
    whisper.device()  # a library that is missing shows before anything is fetched
    model = weights.fetch(asked.model, weights.config_of(asked.model))
    obtain = TrailerFetcher(params.download, params.sample)
    failed = 0
    for number, name in enumerate(arguments.videos):
        try:
            segments, note = listen(open_trailer(name, number, obtain), model, asked)
        except BenchmarkError as error:
            failed += 1
            say(f"error: {error}")
            continue
        failed += segments is None
        for each in segments or ():
            times = f"{each['start']:.2f}\t{each['end']:.2f}"
            print(f"{printable(name)}\t{times}\t{each['language']}\t{printable(each['text'])}")
        if note:
            say(f"note: {printable(name)}: {note}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    run_command(main)
