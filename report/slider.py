"""The threshold slider: a control, a table of numbers and the chart they move."""

from html import escape

import pandas as pd

from report.figures import sweep
from report.figures.thresholds import EVERYTHING
from report.html import Html, as_json, column, figure
from report.loading import Metrics

MEASURES = ("precision", "recall", "f1")
AVERAGES = ("macro", "micro", "samples")


def slider(metrics: Metrics) -> Html:
    """The control and its table; the page's script fills in the numbers and moves the chart."""
    columns = [f"{measure}_{average}" for measure in MEASURES for average in AVERAGES]
    frame = metrics.thresholds[["approach", "threshold", *columns]].round(4)
    swept = frame["approach"] != EVERYTHING
    # The control moves over places in this list: a rule need not be a multiple of the sweep's step.
    thresholds = sorted(set(frame.loc[swept, "threshold"]))
    start = min(thresholds, key=lambda threshold: abs(threshold - metrics.middle_rule))
    rows = {
        str(approach): _lines(part.set_index("threshold")[columns].reindex(thresholds))
        for approach, part in frame[swept].groupby("approach", sort=False)
    }
    everything = _lines(frame.loc[~swept, columns])
    data = {
        "columns": columns,
        "thresholds": thresholds,
        "rows": rows,
        "everything": everything[0] if everything else None,
        "genres": _genre_values(metrics),
    }
    first = metrics.leading
    options = "".join(
        f'<option value="{escape(slug)}"{" selected" if slug == first else ""}>'
        f"{escape(slug)}</option>"
        for slug in rows
    )
    head = column("Averaged", "") + "".join(map(column, AVERAGES))
    body = []
    for measure in MEASURES:
        name = "F1" if measure == "f1" else measure.capitalize()
        cells = "".join(
            f'<td class="number"><output data-column="{measure}_{average}"></output>'
            f'<small data-everything="{measure}_{average}"></small></td>'
            for average in AVERAGES
        )
        body.append(f'<tr><th scope="row">{name}</th>{cells}</tr>')
    control = (
        '<div class="slider" id="slider"><div class="controls">'
        f'<label>Approach <select id="slider-approach">{options}</select></label>'
        '<label class="range">Threshold <output id="slider-value"></output>'
        '<input id="slider-threshold" type="range" min="0" step="1" '
        f'max="{len(thresholds) - 1}" value="{thresholds.index(start)}"></label></div>'
        '<p class="caption">At this threshold; in small type: every genre for every film</p>'
        '<div class="table-frame"><table data-quarto-disable-processing="true">'
        f"<thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>"
        f"<details><summary>By genre</summary>{_by_genre(metrics)}</details>"
        f'<script type="application/json" class="values">{as_json(data)}</script></div>'
    )
    chart = figure(sweep(metrics.thresholds, first, start), "sweep", source="thresholds.csv")
    return Html(control) + chart


def _genre_values(metrics: Metrics) -> dict[str, dict[str, dict[str, list[float | None]]]]:
    """Precision, recall and F1: by approach, by threshold as the script writes it, by genre."""
    found: dict[str, dict[str, dict[str, list[float | None]]]] = {}
    columns = ["approach", "threshold", "genre", *MEASURES]
    for row in metrics.threshold_genres[columns].round(4).itertuples(index=False):
        slug, threshold, genre, *values = row
        at = found.setdefault(str(slug), {}).setdefault(f"{threshold:g}", {})
        at[str(genre)] = [None if value != value else float(value) for value in values]
    return found


def _by_genre(metrics: Metrics) -> str:
    """A row a genre, which the script fills from threshold_genres.csv."""
    head = column("Genre", "") + "".join(map(column, ("Precision", "Recall", "F1")))
    cells = "".join(
        f'<td class="number"><output data-measure="{measure}"></output></td>'
        for measure in MEASURES
    )
    rows = "".join(
        f'<tr data-genre="{escape(genre)}"><th scope="row">{escape(genre)}</th>{cells}</tr>'
        for genre in metrics.genre_names
    )
    return (
        '<div class="table-frame" tabindex="0" role="region" aria-label="By genre">'
        '<table data-quarto-disable-processing="true"><thead><tr>'
        f"{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        '<p class="source none-here">By genre there are numbers at every threshold for the '
        "approaches named before the run, and at the fixed thresholds for the others.</p>"
        '<p class="source">Data: <a href="metrics/threshold_genres.csv" download>'
        "threshold_genres.csv</a></p>"
    )


def _lines(frame: pd.DataFrame) -> list[list[float | None]]:
    return [
        [None if value != value else float(value) for value in line]
        for line in frame.itertuples(index=False)
    ]
