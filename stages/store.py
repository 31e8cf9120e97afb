"""Command: show what the store holds, and drop what no corpus needs any more. Not a DVC stage."""

from stages.base.console import CommandLine, run_command, say


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.store",
        description="Show what data/store holds by step: what the corpora of this folder need, by "
        "their parameters, their catalogues and the code as they are now, and what none of them "
        "needs. That is what earlier parameters, code or libraries made, another branch or set of "
        "models among them, and what `stages.predict` kept. Nothing is removed without --drop.",
        epilog="Never dropped: what is being written, what is no entry of a known step, and "
        "entries of a step while it is not known what a corpus needs of it. --drop refuses while a "
        "stage runs, and where others may use the folder: if it is a link, another user's, or one "
        "that others may write to. TRAILER_STORE is neither looked at nor changed.",
    )
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--dry-run", action="store_true", help="name each file, too, that --drop would remove"
    )
    either.add_argument("--drop", action="store_true", help="remove what no corpus needs")
    arguments = parser.parse_args()

    from contextlib import nullcontext

    from rich.console import Console

    from stages.base.counting import counted
    from stages.base.store import ROOT, alone, remove
    from stages.commands.store.output import notes, plain, size, store_table
    from stages.commands.store.survey import check_ours, look

    if not ROOT.is_dir():
        say(f"{ROOT}: there is no store yet")
        return
    if arguments.drop:
        check_ours()
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 160
    with alone(ROOT) if arguments.drop else nullcontext():
        survey = look()
        console.print(store_table(survey))
        console.print(*notes(survey), sep="\n", markup=False, soft_wrap=True)
        if arguments.dry_run:
            for file in survey.droppable:
                console.print(plain(f"{ROOT}/{file.name}"), markup=False, soft_wrap=True)
        removed = remove(ROOT, survey.droppable) if arguments.drop else []
    if arguments.drop:
        say(f"removed {counted(len(removed), 'file')}, {size(removed) or '0 B'}")
    elif survey.droppable:
        files = survey.droppable
        say(f"--drop would remove {counted(len(files), 'file')}, {size(files)}")


if __name__ == "__main__":
    run_command(main)
