"""The threshold slider: a control, a table of numbers and the chart they move."""

from html import escape

from report.elements import Html, as_json, figure
from report.figures import sweep
from report.loading import Metrics

MEASURES = ("precision", "recall", "f1")
AVERAGES = ("macro", "micro", "samples")
START = 0.36


def slider(metrics: Metrics) -> Html:
    """The control and its table; the page's script fills in the numbers and moves the chart."""
    columns = [f"{measure}_{average}" for measure in MEASURES for average in AVERAGES]
    frame = metrics.thresholds[["approach", "threshold", *columns]].round(4)
    rows: dict[str, list[list[float | None]]] = {}
    for approach, part in frame.groupby("approach", sort=False):
        values = part.drop(columns="approach").sort_values("threshold")
        rows[str(approach)] = [
            [None if value != value else float(value) for value in line]
            for line in values.itertuples(index=False)
        ]
    everything = rows.pop("predict_everything", [])
    data = {"columns": columns, "rows": rows, "everything": everything[0] if everything else None}
    first = metrics.headline["both"]
    options = "".join(
        f'<option value="{escape(slug)}"{" selected" if slug == first else ""}>'
        f"{escape(slug)}</option>"
        for slug in rows
    )
    head = "".join(f'<th scope="col" class="number">{average}</th>' for average in AVERAGES)
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
        '<input id="slider-threshold" type="range" min="0" max="1" step="0.02" '
        f'value="{START}"></label></div>'
        '<p class="caption">At this threshold; small: naming every genre for every film</p>'
        '<div class="table-frame"><table data-quarto-disable-processing="true">'
        f'<thead><tr><th scope="col">Averaged</th>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
        f'<script type="application/json" class="values">{as_json(data)}</script></div>'
    )
    chart = figure(sweep(metrics.thresholds, first, START), "sweep", source="thresholds.csv")
    return Html(control) + chart
