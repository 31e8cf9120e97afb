"""Stages that only some corpora have, against those of the dvc.yaml beside a params.yaml."""

from collections.abc import Iterator
from pathlib import Path

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.params import yaml12
from stages.base.params.document import Document
from stages.base.params.schema import Params

Keys = tuple[str, ...]
SETS = {"words": "words", "clips": "motion"}
"""By section the set that uses it, whose choice writes the pipeline; that of layers has none."""


def check_stages(params: Params, document: Document, will_be_written: bool) -> None:
    """Raise BenchmarkError where a corpus asks for a stage that its pipeline lacks: DVC would run
    all others, and say nothing.

    will_be_written: whether what is asked for is only tried, and its dvc.yaml written with it; that
    of the default corpus, which is made by hand, is not. One without a dvc.yaml was never run.
    """
    is_other = document.path.parent.parent.name == places.CORPORA.name
    pipeline = document.path.with_name("dvc.yaml")
    asked = dict(_asked(params))
    if not asked or (is_other and will_be_written) or not pipeline.is_file():
        return
    has = yaml12.read(pipeline.read_text(encoding="utf-8"))["stages"]
    missing = [name for name in asked if name not in has]
    if not missing:
        return
    keys = asked[missing[0]]
    raise BenchmarkError(
        f"{'.'.join(keys)} asks for stages that this corpus does not have",
        where=document.place(keys)[0],
        found=f"no {', '.join(missing)} in {pipeline}",
        do=_advice(document.path, is_other, keys),
    )


def _asked(params: Params) -> Iterator[tuple[str, Keys]]:
    """Names of stages, and the section that asks for each."""
    if params.words:
        for name in ("speech", "cards"):
            if getattr(params.words, name):
                yield name, ("words",)
        yield "texts", ("words",)
    if params.clips:
        yield "clips", ("clips",)
    if params.matrix.dual:
        yield "dual", ("matrix", "dual")
    if params.layers:
        yield "layers", ("layers",)
    for name, entries in vars(params.matrix.with_words).items():
        if entries:
            yield name, ("matrix", "with_words")


def _advice(path: Path, is_other: bool, keys: Keys) -> str:
    if is_other:
        return f"run `python -m stages.corpora --write`, which writes {path.with_name('dvc.yaml')}"
    kind = {"dual": "clips", "with_words": "words"}.get(keys[-1], keys[-1])
    then = {name: f"`python -m stages.choose {of} --corpus NAME`" for name, of in SETS.items()}
    return (
        "leave it out here, since the default corpus stays as it is, and ask for it in another: "
        f"`python -m stages.corpora --new NAME --catalogue FILE`, then the section `{kind}` in its "
        f"params.yaml, then {then.get(kind, '`python -m stages.corpora --write`')}"
    )
