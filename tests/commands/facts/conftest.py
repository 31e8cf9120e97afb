"""A project with a corpus of two approaches and round numbers."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

APPROACHES = """\
approach,kind,modality,parts,context,head,films,macro_ap,macro_ap_lo,macro_ap_hi,micro_ap
eyes,single,picture,colour,mean,linear,60,0.500000,0.400000,0.600000,0.450000
joined,late,both,eyes ears,scores,mean,60,0.600000,,,0.550000
"""
GENRES = """\
approach,modality,genre,support,ap,ap_lo,ap_hi,roc_auc
eyes,picture,Drama,30,0.700000,0.600000,0.800000,0.650000
eyes,picture,Horror,3,0.300000,,,
"""
RANKS = """\
approach,modality,macro_ap,rank,rank_lo,rank_hi,first,difference,lo,hi,p,p_holm,tied_with_first
joined,both,0.600000,1,1,2,,,,,,,1
eyes,picture,0.500000,2,1,2,joined,0.1,-0.1,0.3,0.2,0.2,0
"""
COMPARISONS = """\
family,name,a,b,question,difference,lo,hi,p,holm_family,p_holm,verdict,films
fusion,joined_minus_eyes,joined,eyes,Do both?,0.1,-0.1,0.3,0.2,fusion,0.4,undecided,60
"""
RULES = """\
approach,modality,rule,f1_macro,f1_macro_lo,f1_macro_hi,exact_match
predict_everything,none,everything,0.3,0.2,0.4,0.0
eyes,picture,at 0.50,0.400000,0.300000,0.500000,0.100000
"""
CALIBRATION = """\
approach,modality,method,ece,brier,log_loss,ece_before,brier_before,log_loss_before
eyes,picture,platt,0.05,0.14,0.4,0.1,0.15,0.5
"""
CELLS = """\
approach,backbones
eyes,colour
joined,colour mfcc
"""
STAGES = {
    "embed@colour": {"seconds": 10.0, "cpu_seconds": 18.0, "peak_megabytes": 200},
    "embed@mfcc": {"seconds": 20.0, "cpu_seconds": 36.0, "peak_megabytes": 300},
    "fit@eyes": {"seconds": 1.0, "cpu_seconds": 2.0, "peak_megabytes": 100},
    "fit@ears": {"seconds": 2.0, "cpu_seconds": 3.0, "peak_megabytes": 100},
    "fit@joined": {"seconds": 0.5, "cpu_seconds": 1.0, "peak_megabytes": 100},
    "frames": {"seconds": 99.0, "cpu_seconds": 99.0, "peak_megabytes": 100},
}
ABOUT = """\
sample:
  title: Two films
  description: Made for a test.
  creators: [Nobody]
  licences: [https://spdx.org/licenses/MIT]
  keywords: [test]
  cite: Nobody.
"""
PARAMS = """\
catalogue: {path: films.txt}
features:
  eyes: {file: eyes.csv, url: https://example.org/eyes.csv, sha256: ab12,
    computed_from: frames, licence: CC0}
  ears: {name: Ears, file: ears.csv, url: , sha256: , computed_from: sound, licence: CC0}
"""
CITATION = """\
title: A benchmark
version: 1.2.3
date-released: 2026-01-02
keywords: [film genre]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of one corpus, sample, with its tables."""
    metrics = tmp_path / "metrics/sample"
    metrics.mkdir(parents=True)
    (tmp_path / "corpora").mkdir()
    files = {
        "params.yaml": PARAMS,
        "CITATION.cff": CITATION,
        "corpora/about.yaml": ABOUT,
        "films.txt": "# two\nfilm_id\ttitle\n1\tOne\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    tables = {
        "approaches": APPROACHES,
        "genres": GENRES,
        "rank_intervals": RANKS,
        "comparisons": COMPARISONS,
        "rules": RULES,
        "calibration": CALIBRATION,
        "cells": CELLS,
        "label_ceiling": "metric,genre,value\n",
    }
    for name, text in tables.items():
        (metrics / f"{name}.csv").write_text(text, encoding="utf-8")
    made = {"commit": "abc1234", "date": "2026-01-02", "python": "3.11.7", "versions": {"dvc": "3"}}
    for name, content in {
        "catalogue": {"path": "films.txt", "films": 80, "sample": True},
        "headline": {"picture": "eyes", "both": "joined"},
        "parameters": {"judging": {"resamples": 100, "seed": 0}},
        "provenance": {**made, "machine": {"cores": 2}, "stages": STAGES},
    }.items():
        (metrics / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    (metrics / "scores").mkdir()
    films = pa.table({"film_id": ["1", "2"], "fold": pa.array([0, 1], pa.int8())})
    pq.write_table(films, metrics / "judged_films.parquet")
    labels = pa.table({"film_id": ["1", "2"], "genres": [["Drama"], ["Drama", "Horror"]]})
    pq.write_table(labels, metrics / "labels.parquet")
    for slug in ("eyes", "joined"):
        scores = pa.table({"film_id": ["1", "2"], "Drama": [0.5, 0.6]})
        pq.write_table(scores, metrics / f"scores/{slug}.parquet")
    return tmp_path
