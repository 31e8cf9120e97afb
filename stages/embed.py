"""DVC stage: embed every trailer's frames or sound with one backbone."""

from pathlib import Path

from stages.base import places
from stages.base.console import CommandLine, progress, run_stage, say


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.embed",
        description="Embed the extracted frames or sound of every trailer with one backbone of "
        "params.yaml: writes data/embeddings/<backbone>.npz.",
    )
    parser.add_argument(
        "backbone", help="a name under matrix.backbones or matrix.pretrained in params.yaml"
    )
    name = parser.parse_args().backbone

    from stages.base.compute import configure_torch
    from stages.base.counting import counted
    from stages.base.errors import BenchmarkError
    from stages.base.params import load
    from stages.base.params.modalities import in_words, packs_read
    from stages.base.plugins import check_modality
    from stages.embedding.base import describe, family
    from stages.embedding.jobs import Recipe, jobs_of, store_of
    from stages.embedding.joining import write_embeddings
    from stages.embedding.trailers import embed
    from stages.published.corpus import write_published

    params = load()
    matrix = params.matrix
    known = [*matrix.backbones, *matrix.pretrained]
    if name not in known:
        raise BenchmarkError("unknown backbone", found=name, expected=f"one of {', '.join(known)}")
    backbone = matrix.backbone(name)
    target = places.data() / f"embeddings/{name}.npz"
    if backbone.is_published:
        count = write_published(places.data(), backbone, params, target)
        say(f"{target}: {counted(count, 'film')}")
        return
    weights = places.data() / f"weights/{name}.safetensors" if name in matrix.pretrained else None
    recipe = Recipe.from_params(backbone, weights)
    record = describe(backbone.family, backbone.model, backbone.options)
    check_modality(name, backbone.family, backbone.reads, record.modality, record.reads)
    todo = jobs_of(places.data(), backbone.reads, recipe)
    if not todo:
        raise BenchmarkError(
            f"no trailer has usable {in_words(backbone.modality)}",
            where=" and ".join(str(places.data() / each) for each in packs_read(backbone.reads)),
            do="see metrics/download.json and metrics/attrition.csv for the reasons",
        )
    store_of(recipe).recover()
    if family(backbone.family).heavy:
        configure_torch()
    entries: dict[str, Path] = {}
    for job, result in progress(embed(todo), f"embed {name}", len(todo)):
        if isinstance(result, BenchmarkError):
            raise BenchmarkError(f"row group {job.row_group}: {result}", where=str(job.pack.path))
        trailer_id, path = result
        entries[trailer_id] = path
    asked = matrix.pretrained[name].prompts if name in matrix.pretrained else {}
    more = {}
    if asked and weights:
        from stages.embedding.language import embed_prompts  # loads torch

        network, where = recipe.create_unloaded(), f"params.yaml: {name}.prompts"
        more = {"prompts": embed_prompts(network, weights, asked, where)}
    write_embeddings(entries, target, more)
    say(f"{target}: {counted(len(entries), 'trailer')}")


if __name__ == "__main__":
    run_stage(main)
