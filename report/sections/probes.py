"""Sections on heads: what was chosen and what that gains, budgets, and how each fit went."""

from report import figures, html, text
from report.html import Html
from report.loading import Metrics
from report.sections.ablations import paired
from report.tables import probes


def chosen(metrics: Metrics) -> Html:
    """What each approach chose; a sentence where none had a choice."""
    rows, modalities = probes.chosen(metrics)
    if rows.empty:
        return html.paragraph("No approach of this matrix has a setting to choose.")
    words = html.paragraph(
        "A probe is solved, not trained by steps, and has one setting: for linear C (a small one "
        "regularises more), for knn k, the number of neighbours. What is trained by steps has two: "
        "weight decay, and epochs, which are read off one run. Each fold takes the setting with "
        "the best macro AP (of those within a standard error the one nearest to a value fixed "
        "before the run) on the other folds, whose films are scored by models that saw neither "
        "them nor the fold. Where a fold took the first or the last value of the grid, a better "
        "one may lie beyond it."
    )
    edge = int((rows["Note"] == probes.EDGE).sum())
    table = html.table(
        rows,
        caption="Inner macro AP: of each value taken, the mean over all folds",
        name="chosen",
        swatch=modalities,
    )
    summary = (
        text.counted(len(rows), "approach", "approaches")
        + " with a choice"
        + (f", {edge} {probes.EDGE}" if edge else "")
    )
    return words + html.folded(summary, table)


def budgets(metrics: Metrics) -> Html:
    """What each head may spend; nothing where the parameters do not say."""
    rows = probes.budgets(metrics)
    if rows.empty:
        return Html("")
    return html.table(
        rows,
        caption="The budget of each head and trained context, the same for every backbone",
        source="parameters.json",
        name="budgets",
    )


def tuning(metrics: Metrics) -> Html:
    """Chosen settings against a fixed one; a sentence where nothing is chosen."""
    rows = probes.tuning(metrics)
    if rows.empty:
        return html.paragraph("No approach of this matrix has a setting to choose.")
    return paired(rows, "tuning", "tuning.csv")


def curves(metrics: Metrics) -> Html:
    """Loss over epochs of what is trained, and inner scores over what folds choose from."""
    names = probes.setting_names(metrics)
    trained: list[Html] = []
    solved: list[Html] = []
    for name, curve in metrics.curves.items():
        slug = metrics.names.slug(name)
        source = f"curves/{slug}.csv"
        if probes.is_probe(curve):
            chart = figures.settings(probes.settings(curve), name, names.get(name, "setting"))
            solved.append(html.figure(chart, f"curve-{slug}", source=source))
            continue
        chart = figures.learning_curve(curve, name)
        trained.append(html.figure(chart, f"curve-{slug}", source=source))
        if len(grid := probes.steps(curve)):
            trained.append(html.figure(figures.steps(grid, name), f"steps-{slug}", source=source))
    n_trained = len(metrics.curves) - len(solved)
    folds = [
        html.folded(text.counted(number, what, whats), html.grid(charts)).text
        for charts, number, what, whats in (
            (trained, n_trained, "approach trained by steps", "approaches trained by steps"),
            (solved, len(solved), "probe", "probes"),
        )
        if charts
    ]
    return Html("\n".join(folds))
