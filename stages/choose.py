"""Write a set of sets/ into params.yaml as the matrix that runs. Not a DVC stage."""

import argparse

from stages.base.console import run_command, say


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m stages.choose",
        description="Replace the matrix in params.yaml by a set's; "
        "the rest of the file stays as it is. A set is a file sets/<name>.yaml: scratch (the "
        "default), light, pretrained, everything, or your own, which may say `extends: scratch` "
        "and then holds only what it adds or replaces.",
    )
    parser.add_argument("set", help="the name of a file in sets/, without .yaml")
    name = parser.parse_args().set

    import shutil

    from stages.base.files import replacing
    from stages.base.params import load
    from stages.base.params.reading import PARAMS, read
    from stages.base.params.sets import FOLDER, matrix_text, read_set, unsaved_entries

    load(chosen=name)
    document, folder = read(), PARAMS.parent / FOLDER
    lost = unsaved_entries(document.content.get("matrix"), folder)
    changed = document.with_section("matrix", matrix_text(read_set(folder, name).matrix))
    with replacing(PARAMS) as new:
        new.write_text(changed, encoding="utf-8")
        shutil.copymode(PARAMS, new)
    if lost:
        say(f"no set holds these entries, which {PARAMS} had; to keep them, put them into a set:")
        say("\n".join(f"  {line}" for line in lost))
    say(f"{PARAMS} now has the matrix of {folder}/{name}.yaml")
    say("to see what it needs: python -m stages.plan")
    say("to run it: dvc repro, or dvc exp run with -S to change other parameters too")


if __name__ == "__main__":
    run_command(main)
