"""What a second source of genres agrees on with a made-up catalogue, and which films it lost."""

from typing import Any

from made_up_run import GENRES

Row = dict[str, Any]


def label_ceiling() -> list[Row]:
    """It agrees less from genre to genre; the last has no interval."""
    rows: list[Row] = [{"metric": "exact_match", "value": 0.42, "lo": 0.38, "hi": 0.46}]
    for mean in ("micro", "macro"):
        rows.append({"metric": f"{mean}_f1", "value": 0.55, "lo": 0.5, "hi": 0.6})
        rows.append({"metric": f"{mean}_ap", "value": 0.4, "lo": 0.35, "hi": 0.45})
    rows = [row | {"genre": None, "films": 120} for row in rows]
    for metric, height in (("f1", 0.9), ("ap", 0.8)):
        for place, genre in enumerate(GENRES):
            value = height - 0.05 * place
            spread = {"lo": value - 0.1, "hi": value + 0.1} if genre != GENRES[-1] else {}
            row = {"metric": metric, "genre": genre, "value": value, "films": 40 - place}
            rows.append(row | spread)
    return rows


def missing() -> list[Row]:
    """Most of all horror films are missing."""
    shares = {("all", None): (240, 16, 0.002), ("genre", "Drama"): (90, 5, 0.9)}
    shares |= {("genre", "Horror"): (20, 8, 0.002), ("decade", "1990s"): (240, 16, 1.0)}
    return [
        {"kind": kind, "value": value, "films": films, "missing": gone, "share": gone / films}
        | {"lo": gone / films - 0.03, "hi": gone / films + 0.03, "p_value": p}
        for (kind, value), (films, gone, p) in shares.items()
    ]
