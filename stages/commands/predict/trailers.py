"""From files and URLs to each approach's prediction for a trailer, or why there is none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.params.matrix import Cell, Kind
from stages.base.params.modalities import singles_of
from stages.commands.predict.embeddings import Outcome, embed, extract, packs_of
from stages.commands.predict.inputs import ADVICE, TrailerFile, explain, open_trailer
from stages.commands.predict.layers import Layers, layers_of
from stages.commands.predict.predictor import Prediction, Predictor, predictions
from stages.commands.predict.warnings import trained_on
from stages.commands.predict.words import UNREAD, Words, words_of, write_words
from stages.corpus.reader import Trailer
from stages.trailers.fetching.video_info import VideoInfo

MISSING = {
    "no_video": "it has no picture",
    "no_audio": "it has no sound",
    UNREAD: "its words are not known",
}
WITHOUT_MODELS: Mapping[Kind, str] = {
    "prior": "which looks at no trailer",
    "submitted": "of which there are scores alone, as they were sent in",
    "zero_shot": "which asks a network in words: nothing was trained, and its scores are cosines "
    "that have no probability",
}
"""What cannot predict, and why."""


@dataclass(frozen=True)
class TrailerResult:
    """The predictions for one trailer, or an error."""

    name: str
    """As given on the command line."""
    trailer_id: str = ""
    """"" where the trailer could not be opened."""
    cells: tuple[Cell, ...] = ()
    """The approaches chosen."""
    predictions: tuple[Prediction, ...] = ()
    """Of those approaches that have the picture, sound or words they need."""
    notes: tuple[str, ...] = ()
    error: str = ""
    """Why there is no prediction at all, and what to do."""
    words: Words = field(default_factory=Words)
    """What is said and written in it."""
    layers: Layers = field(default_factory=Layers)
    """What its sound is made of."""


def saved_cells(matrix: Sequence[Cell]) -> list[Cell]:
    """The approaches whose trained models, or those of their parts, are kept."""
    return [cell for cell in matrix if not cell.base and cell.kind not in WITHOUT_MODELS]


def chosen_cells(matrix: Sequence[Cell], slugs: Sequence[str]) -> list[Cell]:
    """The approaches of these names. Raises BenchmarkError for one that cannot predict."""
    every = {cell.slug: cell for cell in matrix}
    known = {cell.slug: cell for cell in saved_cells(matrix)}
    if wrong := [slug for slug in dict.fromkeys(slugs) if slug not in known]:
        raise BenchmarkError(
            "no approach that can predict",
            where="--approach",
            found="; ".join(f"{slug}, {_why_not(every.get(slug))}" for slug in wrong),
            expected=f"one of {', '.join(known)}",
        )
    return [known[slug] for slug in dict.fromkeys(slugs)]


def _why_not(cell: Cell | None) -> str:
    if cell is None:
        return "which params.yaml does not have"
    return WITHOUT_MODELS.get(cell.kind, "of which only the scores are kept: it has fewer labels")


def predict(
    predictor: Predictor,
    cells: Sequence[Cell],
    names: Sequence[str],
    obtain: Callable[[Trailer], VideoInfo],
    known: Mapping[str, str],
    folder: Path,
) -> list[TrailerResult]:
    """Predict trailers by approaches; one that fails does not stop the others.

    obtain: downloads URLs; known: sha256 of a file that the models were trained on -> its film's
    title; folder: an empty one, filled as data/ is by the pipeline.
    """
    opened = [_open(name, number, obtain) for number, name in enumerate(names)]
    files = [each for each in opened if isinstance(each, TrailerFile)]
    backbones = backbones_of(predictor, cells)
    params = predictor.params
    outcomes = extract(files, params, packs_of(backbones, params), folder)
    words = words_of(files, params, folder)
    titles = {each.trailer_id: known.get(each.sha256, "") for each in files}
    layers = layers_of(files, params, folder)
    if any(params.matrix.backbone(name).modality == "words" for name in backbones):
        for trailer, outcome in write_words(words, titles, folder / "words"):
            outcomes[trailer]["words"] = outcome
    embed(backbones, params, predictor.data / "weights", folder)
    film_of = {each.trailer_id: row for row, each in enumerate(files)}
    columns = [list(predictions(predictor, cell, film_of, folder)) for cell in cells]
    return [
        each
        if isinstance(each, TrailerResult)
        else _result(
            each,
            tuple(cells),
            [column[film_of[each.trailer_id]] for column in columns],
            outcomes[each.trailer_id],
            titles[each.trailer_id],
            words[each.trailer_id],
            layers[each.trailer_id],
            masked_in(predictor, cells),
        )
        for each in opened
    ]


def parts_of(predictor: Predictor, cells: Sequence[Cell]) -> list[Cell]:
    """The trained approaches behind these: a late fusion's parts, others as they are."""
    slugs = [
        slug for cell in cells for slug in (cell.parts if cell.kind == "late" else (cell.slug,))
    ]
    return [predictor.cells[slug] for slug in dict.fromkeys(slugs)]


def backbones_of(predictor: Predictor, cells: Sequence[Cell]) -> list[str]:
    """The backbones these approaches use, each once."""
    parts = parts_of(predictor, cells)
    return list(dict.fromkeys(backbone for cell in parts for backbone in cell.parts))


def masked_in(predictor: Predictor, cells: Sequence[Cell]) -> list[str]:
    """Those of the approaches that are to read nothing of a film's title."""
    backbone = predictor.params.matrix.backbone
    return [
        cell.slug
        for cell in cells
        if any(backbone(name).mask_title for name in backbones_of(predictor, [cell]))
    ]


def _open(
    name: str, number: int, obtain: Callable[[Trailer], VideoInfo]
) -> TrailerFile | TrailerResult:
    try:
        return open_trailer(name, number, obtain)
    except BenchmarkError as error:
        return TrailerResult(name, error=str(error))


def _result(
    file: TrailerFile,
    cells: tuple[Cell, ...],
    found: Sequence[Prediction | None],
    outcomes: Mapping[str, Outcome],
    title: str,
    words: Words,
    layers: Layers,
    masked: Sequence[str],
) -> TrailerResult:
    """title: of the film whose trailer this is, where the models learnt from it; masked: the
    approaches from which it is hidden."""
    if not any(found):
        usable = [outcome for outcome in outcomes.values() if outcome.reason == "ok"]
        failed = [outcome for outcome in outcomes.values() if outcome.reason != "ok"]
        if failed and failed[0].reason == UNREAD:
            unread = BenchmarkError(MISSING[UNREAD], where=file.name, found=failed[0].note)
            return TrailerResult(file.name, file.trailer_id, error=str(unread))
        # nothing failed: the windows that the approaches hear are silent, and so are left out
        reason, note = (failed[0].reason, failed[0].note) if failed else ("silent", usable[-1].note)
        details = ["" if reason in MISSING else note]
        details += [ADVICE[each.reason][0] for each in failed[1:] if each.reason in ADVICE]
        error = TrailerError(reason, "; ".join(filter(None, details)))
        return TrailerResult(file.name, file.trailer_id, error=str(explain(file.name, error)))
    predictions = tuple(prediction for prediction in found if prediction)
    warned = [trained_on(title, predictions[0].n_folds)] if title else []
    hidden = [] if title else [each.cell.slug for each in predictions if each.cell.slug in masked]
    if hidden:
        warned.append(
            f"its film's title is not known here, so it is not hidden from {', '.join(hidden)}"
        )
    notes = (*warned, *_notes(cells, predictions, outcomes))
    return TrailerResult(
        file.name, file.trailer_id, cells, predictions, notes, words=words, layers=layers
    )


def _notes(
    cells: Sequence[Cell], predictions: Sequence[Prediction], outcomes: Mapping[str, Outcome]
) -> Iterator[str]:
    done = {prediction.cell.slug for prediction in predictions}
    left = [cell for cell in cells if cell.slug not in done]
    for modality, outcome in outcomes.items():
        if outcome.reason == "ok" and outcome.note:
            yield f"{modality}: {outcome.note}"
        elif outcome.reason != "ok":
            plain = outcome.reason.replace("_", " ")
            what = MISSING.get(outcome.reason) or f"its {modality} is {plain}"
            without = [cell for cell in left if modality in singles_of(cell.modality)]
            left = [cell for cell in left if cell not in without]
            if not without:
                continue  # frames that only cards would have been read on
            yield f"{what}, so no prediction by {', '.join(cell.slug for cell in without)}"
    if left:
        names = ", ".join(cell.slug for cell in left)
        yield f"the window of its sound that they use is silent, so no prediction by {names}"
