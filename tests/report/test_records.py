"""The page Reproduce offers what machines read, where it is there."""

from dataclasses import replace

from report import sections
from report.loading import load


def test_files_that_are_there_are_offered(made_up, tmp_path):
    metrics = replace(load(made_up), folder=tmp_path)
    assert "Neither was written here" in sections.records(metrics).text
    (tmp_path / "results.json").write_text("{}")
    shown = sections.records(metrics).text
    assert '<a href="metrics/results.json" download>results.json</a>' in shown
    assert "croissant" not in shown
