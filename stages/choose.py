"""Write a set of sets/ into params.yaml as the matrix that runs. Not a DVC stage."""

from stages.base import places
from stages.base.console import CommandLine, run_command, say


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.choose",
        description="Replace the matrix in params.yaml by a set's; "
        "the rest of the file stays as it is. A set is a file sets/<name>.yaml: scratch (the "
        "default), light, pretrained, everything; motion and video, for corpora with clips; words, "
        "for those with words; or your own, which may say `extends: scratch` and then holds only "
        "what it adds or replaces.",
    )
    parser.add_argument("set", help="the name of a file in sets/, without .yaml")
    name = parser.parse_args().set

    import shutil

    from stages.base.files import replacing
    from stages.base.params import load
    from stages.base.params.reading import read, sets_folder
    from stages.base.params.sets import matrix_text, read_set, unsaved_entries, with_submitted
    from stages.commands.corpora import corpora

    load(chosen=name)
    document = read()
    folder = sets_folder(document.path)
    lost = unsaved_entries(document.content.get("matrix"), folder)
    matrix = with_submitted(read_set(folder, name).matrix, document.content)
    changed = document.with_section("matrix", matrix_text(matrix))
    with replacing(document.path) as new:
        new.write_text(changed, encoding="utf-8")
        shutil.copymode(document.path, new)
    if lost:
        say(f"no set holds these entries of {document.path}; to keep them, put them into a set:")
        say("\n".join(f"  {line}" for line in lost))
    say(f"{document.path} now has the matrix of {folder}/{name}.yaml")
    if places.corpus() in corpora.outdated():  # DVC looks for sections that the set may not have
        say("\n".join(f"wrote {places.pipeline(name)}" for name in corpora.write_pipelines()))
    say(f"to see what it needs: {places.command('plan')}")
    say(f"to run it: {places.dvc('repro')}, or dvc exp run with -S to change other parameters too")


if __name__ == "__main__":
    run_command(main)
