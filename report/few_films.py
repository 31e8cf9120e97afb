"""What is said of few films, and of the scale that few films put every number on."""

from html import escape

from report.html import Html
from report.loading import Metrics

# One sentence for all pages: which interval stands beside a level, which beside a difference, why.
INTERVALS = (
    "a score’s 95% interval is the jackknife’s over films, around the score itself, so that score, "
    "interval, chance and ceiling all are of so many films (of few, average precision comes out "
    "higher); a difference’s is the paired bootstrap’s; the trained models stay as they are."
)


def warning(metrics: Metrics) -> Html:
    """What the pipeline said of a corpus or a genre of too few films; nothing where it did not."""
    said = metrics.splits.get("warning")
    if not said:
        return Html("")
    return Html(
        f'<aside class="banner" role="note"><strong>Few films.</strong> {escape(said)}</aside>'
    )


def too_few(metrics: Metrics) -> bool:
    """Whether the films were too few for any interval and verdict."""
    return bool(metrics.approaches["macro_ap_lo"].isna().all())
