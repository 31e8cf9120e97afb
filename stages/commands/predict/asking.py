"""From what a person names to replies: what each approach says of a trailer, or why it cannot."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.params.matrix import PRIOR, Cell
from stages.commands.predict.answers import Answer, Respondent, answers
from stages.commands.predict.caveats import seen
from stages.commands.predict.given import ADVICE, Given, explained, look_into
from stages.commands.predict.taking_apart import Outcome, embed, modalities_of, take_apart
from stages.corpus.reader import Trailer
from stages.trailers.fetching.fetcher import VideoInfo

ABSENT = {"no_video": "it has no picture", "no_audio": "it has no sound"}


@dataclass(frozen=True)
class Reply:
    """What is said of one trailer; error, where nothing can be, says why and what to do.

    trailer_id: "" where the trailer could not even be looked into; cells: the approaches asked.
    """

    name: str
    trailer_id: str = ""
    cells: tuple[Cell, ...] = ()
    answers: tuple[Answer, ...] = ()
    notes: tuple[str, ...] = ()
    error: str = ""


def chosen(matrix: Sequence[Cell], slugs: Sequence[str]) -> list[Cell]:
    """The approaches of these names. Raises BenchmarkError for one that can tell nothing."""
    known = {cell.slug: cell for cell in matrix if cell.slug != PRIOR}
    if unknown := [slug for slug in slugs if slug not in known]:
        raise BenchmarkError(
            "unknown approach",
            where="--approach",
            found=", ".join(unknown),
            expected=f"one of {', '.join(known)}",
        )
    return [known[slug] for slug in dict.fromkeys(slugs)]


def ask(
    respondent: Respondent,
    cells: Sequence[Cell],
    names: Sequence[str],
    obtain: Callable[[Trailer], VideoInfo],
    known: Mapping[str, str],
    folder: Path,
) -> list[Reply]:
    """Ask approaches about trailers; one that fails does not stop the others.

    obtain: fetches addresses; known: sha256 of a file that the models were trained on -> its film's
    title; folder: an empty one, filled as data/ is by the pipeline.
    """
    looked = [_looked(name, number, obtain) for number, name in enumerate(names)]
    given = [each for each in looked if isinstance(each, Given)]
    backbones = backbones_of(respondent, cells)
    params = respondent.params
    outcomes = take_apart(given, params, modalities_of(backbones, params), folder)
    embed(backbones, params, respondent.data / "weights", folder)
    film_of = {each.trailer_id: row for row, each in enumerate(given)}
    columns = [list(answers(respondent, cell, film_of, folder)) for cell in cells]
    return [
        each
        if isinstance(each, Reply)
        else _reply(
            each,
            tuple(cells),
            [column[film_of[each.trailer_id]] for column in columns],
            outcomes[each.trailer_id],
            known.get(each.sha256, ""),
        )
        for each in looked
    ]


def parts_of(respondent: Respondent, cells: Sequence[Cell]) -> list[Cell]:
    """The approaches that are trained themselves: a late fusion's two, the others as they are."""
    slugs = [
        slug for cell in cells for slug in (cell.parts if cell.kind == "late" else (cell.slug,))
    ]
    return [respondent.cells[slug] for slug in dict.fromkeys(slugs)]


def backbones_of(respondent: Respondent, cells: Sequence[Cell]) -> list[str]:
    """What the approaches look at trailers or listen to them with."""
    parts = parts_of(respondent, cells)
    return list(dict.fromkeys(backbone for cell in parts for backbone in cell.parts))


def _looked(name: str, number: int, obtain: Callable[[Trailer], VideoInfo]) -> Given | Reply:
    try:
        return look_into(name, number, obtain)
    except BenchmarkError as error:
        return Reply(name, error=str(error))


def _reply(
    given: Given,
    cells: tuple[Cell, ...],
    found: Sequence[Answer | None],
    outcomes: Mapping[str, Outcome],
    title: str,
) -> Reply:
    """title: of the film whose trailer this is, where the models learnt from it."""
    if not any(found):
        came = [outcome for outcome in outcomes.values() if outcome.reason == "ok"]
        lost = [outcome for outcome in outcomes.values() if outcome.reason != "ok"]
        # where nothing was lost, what was asked hears only windows that are silent and so not there
        reason, note = (lost[0].reason, lost[0].note) if lost else ("silent", came[-1].note)
        details = ["" if reason in ABSENT else note]
        details += [ADVICE[each.reason][0] for each in lost[1:] if each.reason in ADVICE]
        error = TrailerError(reason, "; ".join(filter(None, details)))
        return Reply(given.name, given.trailer_id, error=str(explained(given.name, error)))
    said = tuple(answer for answer in found if answer)
    trained = [seen(title, said[0].n_folds)] if title else []
    notes = (*trained, *_notes(cells, said, outcomes))
    return Reply(given.name, given.trailer_id, cells, said, notes)


def _notes(
    cells: Sequence[Cell], said: Sequence[Answer], outcomes: Mapping[str, Outcome]
) -> Iterator[str]:
    spoke = {answer.cell.slug for answer in said}
    mute = [cell for cell in cells if cell.slug not in spoke]
    for modality, outcome in outcomes.items():
        if outcome.reason == "ok" and outcome.note:
            yield f"{modality}: {outcome.note}"
        elif outcome.reason != "ok":
            plain = outcome.reason.replace("_", " ")
            what = ABSENT.get(outcome.reason) or f"its {modality} is {plain}"
            without = [cell for cell in mute if cell.modality in (modality, "both")]
            mute = [cell for cell in mute if cell not in without]
            yield f"{what}, so no answer from {', '.join(cell.slug for cell in without)}"
    if mute:
        names = ", ".join(cell.slug for cell in mute)
        yield f"the part of its sound that they hear is silent, so no answer from {names}"
