"""Contrast of marks, intervals and shades, computed from the theme's colours, light and dark."""

import re
from pathlib import Path
from typing import Any

import pytest
from test_figures import charts

from report.figures.style import COLOURS, DARK_INK, LIGHT_INK
from report.loading import Metrics

CSS = (Path(__file__).parents[2] / "report" / "theme" / "site.css").read_text(encoding="utf-8")
BLOCKS = {"light": r":root \{(.*?)\}", "dark": r"body\.quarto-dark \{(.*?)\}"}
LEAST = 3.0  # of graphics (WCAG 1.4.11)
LEAST_OF_TEXT = 4.5
DRAWN = ("rule", "point", "bar", "line", "tick")
FAINT = ("point", "tick")  # Vega-Lite draws these at 0.7 where nothing is said
UNSAID = {"rule": "--soft", "bar": "--soft", "line": "--ink", "point": "--ink", "tick": "--ink"}


def theme(scheme: str) -> dict[str, str]:
    found = re.search(BLOCKS[scheme], CSS, re.DOTALL)
    assert found
    own = dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6})", found[1]))
    return own if scheme == "light" else theme("light") | own


def parts(colour: str) -> list[float]:
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def mixed(over: str, under: str, share: float) -> list[float]:
    return [share * a + (1 - share) * b for a, b in zip(parts(over), parts(under), strict=True)]


def luminance(rgb: list[float]) -> float:
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: list[float], other: list[float]) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def drawn(spec: dict[str, Any]) -> list[tuple[str, float, bool]]:
    """The kind of every mark, its opacity, and whether it has the colours of modalities."""
    found = []
    for layer in [*spec.get("layer", []), spec]:
        mark = layer.get("mark", {})
        kind = mark if isinstance(mark, str) else mark.get("type")
        if kind in DRAWN:
            own = 1.0 if isinstance(mark, str) else mark.get("opacity")
            assert "opacity" not in layer.get("encoding", {})  # none that only some rows have
            coloured = layer.get("encoding", {}).get("color", {}).get("field") is not None
            found.append((kind, own or (0.7 if kind in FAINT else 1.0), coloured))
    return found


def test_a_mark_that_is_half_there_would_be_seen() -> None:
    white = parts("#ffffff")
    assert contrast(parts("#000000"), white) == pytest.approx(21)
    assert contrast(mixed(COLOURS["picture"], "#ffffff", 0.4), white) < LEAST  # as it used to be


@pytest.fixture(scope="module")
def marks(metrics: Metrics) -> list[tuple[str, str, float, bool]]:
    """Every mark of every figure: the figure, and what `drawn` says of it."""
    specs = {name: chart.to_dict() for name, chart in charts(metrics).items()}
    found = [(name, *of) for name, spec in specs.items() for of in drawn(spec)]
    assert len(found) > 60
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_and_intervals_have_three_to_one(
    scheme: str, marks: list[tuple[str, str, float, bool]]
) -> None:
    known = theme(scheme)
    for name, kind, opacity, coloured in marks:
        for colour in COLOURS.values() if coloured else [known[UNSAID[kind]]]:
            for under in (known["--paper"], known["--wash"]):
                got = contrast(mixed(colour, under, opacity), parts(under))
                assert got >= LEAST, (name, kind, colour, under, opacity)


def test_the_key_of_an_interval_is_as_the_interval() -> None:
    rule = re.search(r"\.key\.interval \{([^}]*)\}", CSS)
    assert rule and "opacity" not in rule[1] and "var(--soft)" in rule[1]


@pytest.mark.parametrize(
    "ends", [("--heat-low", "--heat-high"), ("--even", "--more"), ("--even", "--less")]
)
def test_shades_reverse_with_the_scheme_and_carry_their_numbers(ends: tuple[str, str]) -> None:
    for scheme, darker in (("light", 1), ("dark", 0)):
        known = theme(scheme)
        low, high = (known[end] for end in ends)
        order = [luminance(parts(low)), luminance(parts(high))]
        assert order.index(min(order)) == darker, scheme
        assert contrast(parts(low), parts(known["--paper"])) < LEAST  # little stays the page
        for step in range(101):
            shade = mixed(high, low, step / 100)
            ink = DARK_INK if luminance(shade) > 0.18 else LIGHT_INK
            whole = ink[0] + "".join(2 * digit for digit in ink[1:])
            assert contrast(parts(whole), shade) >= LEAST_OF_TEXT, (scheme, step)


def test_both_ways_to_dark_have_the_same_colours() -> None:
    """Quarto's class and the preview's media query."""
    for_preview = re.search(r"html\.preview \{(.*?)\}", CSS, re.DOTALL)
    for_quarto = re.search(BLOCKS["dark"], CSS, re.DOTALL)
    assert for_preview and for_quarto
    assert for_preview[1].split() == for_quarto[1].split()
