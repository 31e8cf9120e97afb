"""The section on what trailers' sound is made of, of corpora that ask for it."""

import pandas as pd

from report import figures, html
from report.html import Html
from report.loading import Metrics
from report.tables import layers as tables
from report.text import counted, listed


def layers(metrics: Metrics) -> Html:
    """Shares of the time by genre, and where they differ; nothing where nobody listened."""
    rows = metrics.table("layers")
    if rows.empty:
        return Html("")
    rows = tables.placed(rows, metrics.genre_names)
    asked = metrics.parameters.get("layers", {})
    with_music = "music" in set(rows["layer"])
    found = html.heading("What the sound is made of")
    voice = f"Speech is where Silero's network hears a voice (from {asked.get('voice', 0.5)} on)"
    if with_music:
        found += html.paragraph(
            f"{voice}, music where one of YAMNet's classes of music scores at least "
            f"{asked.get('music')}. Speech over music counts as either, so that the two may add up "
            "to more than the rest leaves. Neither is the rest: effects, noise and silence. What "
            "the two networks miss, and what they hear by mistake, is in these numbers."
        )
    else:
        found += html.paragraph(
            f"{voice}. Music and what is neither: not run, since layers.music names no score, so "
            "that YAMNet's weights were not needed."
        )
    if metrics.sample:
        found += html.paragraph(
            "These trailers are rendered and nobody speaks in them: all speech here is a false "
            "alarm, by sounds that glide as voices do."
        )
    chart = figures.layers(rows, metrics.sample)
    found += html.figure(chart, "layers", source="layers.csv", numbers=tables.layers(rows))
    return found + html.paragraph(_differences(rows))


def _differences(rows: pd.DataFrame) -> str:
    """Where a genre differs clearly from the films without it, and for what p is adjusted."""
    of = rows[rows["genre"] != tables.EVERY]
    tested = int(of["p_holm"].notna().sum())
    if not tested:
        return "There are too few films to say whether genres differ."
    note = (
        f"Each genre is held against the films without it: {counted(tested, 'comparison')}, p "
        "adjusted by Holm for all of them"
    )
    clear = of[of["verdict"].isin(["more", "less"])]
    if clear.empty:
        return f"{note}; none is clear."
    parts = [
        f"{verdict} {layer} in {listed(part['genre'].tolist())}"
        for (layer, verdict), part in clear.groupby(["layer", "verdict"], sort=False)
    ]
    return f"{note}. Clear: {'; '.join(parts)}."
