import numpy as np
import pyarrow.parquet as pq
import pytest

from benchmarks.made_up_corpus import make_corpus
from benchmarks.scaling import SIZES, at, gpus, joined, line, table
from stages.base.params import load


def test_a_line_through_points():
    assert line([[10, 25.0], [20, 45.0], [40, 85.0]]) == pytest.approx((5.0, 2.0))
    assert line([[240, 120.0]]) == (0.0, 0.5)
    assert line([[1, 1.0], [2, 4.0]]) == pytest.approx((0.0, 9 / 5))  # not below zero at zero
    assert line([[1, 4.0], [2, 2.0]]) == (3.0, 0.0)  # nor falling
    assert at([[10, 25.0], [20, 45.0]], 1000) == pytest.approx(2005.0)


def test_the_table_says_what_the_points_say():
    found = {
        "core_seconds": {
            name: [[10, 36.0]]
            for name in ("download", "frames", "audio", "leaks", "embed@a", "embed@b")
        },
        "disk_megabytes": {
            name: [[10, 20.0]] for name in ("trailers", "frames", "audio", "embeddings")
        },
        "learning_seconds": {"splits": [[100, 36.0], [200, 36.0]]},
        "learning_peak_megabytes": {"splits": [[100, 500.0], [200, 600.0]]},
        "items_per_second": 100.0,
        "commits": {"200": "bcd", "100": "abc"},
    }
    *lines, _, points = table(found).splitlines()
    assert "100 at abc, 200 at bcd" in points
    rows = {
        cells[1].strip(): [cell.strip() for cell in cells[3:-1]]
        for cells in (text.split("|") for text in lines[2:])
    }
    assert len(SIZES) == 4 and SIZES[0] == 1000
    assert rows["frames"] == ["1", "10", "100", "1,000"]
    assert rows["embed, 2 backbones"][0] == "2"
    assert rows["splits"] == ["0.01"] * 4
    assert rows["memory of splits"][1] == "10"
    assert rows["a cluster's items handed out, each stage"][2] == "0.28"
    assert rows["network: trailers, once"] == ["2", "20", "200", "2,000"]
    assert rows["disk: store, the last three again"][0] == "6"


def test_ten_gpus_take_ten_times_as_many_up_to_what_is_handed_out():
    found = {
        "core_seconds": {"frames": [[10, 20.0]], "audio": [[10, 60.0]]},
        "network_items_per_second": 100.0,
        "items_per_second": 10.0,
    }
    slow = {"what": "slow", "items_a_trailer": 30, "bare_per_second": 300.0, "kept": 1.0}
    light = {"what": "light", "items_a_trailer": 10, "bare_per_second": 1000.0, "kept": 0.5}
    text = gpus(found, {"machine": {"cores": 16}, "embedding": [slow, light]})
    rows = {
        cells[0].strip(): [cell.strip() for cell in cells[1:]]
        for cells in (row.strip("|").split("|") for row in text.splitlines()[2:])
    }
    assert rows["slow"] == ["10", "2.8", "28", "0.28", "2.8", "the GPU"]
    assert rows["light"] == ["50", "0.56", "5.6", "0.28", "2.8", "cores that read and decode"]
    # 8 a second and 2.67; of ten boxes no more than 10 of either
    assert rows["frames and audio, on 16 cores a GPU"] == [
        *("2", "14", "1.4e+02", "5.6", "56", "cores; ten wait for the scheduler")
    ]
    found["items_per_second"] = 1000.0
    assert gpus(found, {"machine": {"cores": 16}, "embedding": []}).endswith("| 14 | cores |")


def test_points_of_one_size_are_renewed_and_the_others_kept():
    known = {
        "learning_seconds": {"splits": [[10, 1.0], [20, 2.0]]},
        "learning_peak_megabytes": {"splits": [[10, 100.0], [20, 200.0]]},
        "commits": {"10": "abc", "20": "abc"},
    }
    points = {
        "learning_seconds": {"splits": [[10, 1.5]]},
        "learning_peak_megabytes": {"splits": [[10, 150.0]]},
        "items_per_second": 5.0,
    }
    assert joined(known, points, "bcd") == {
        "learning_seconds": {"splits": [[10, 1.5], [20, 2.0]]},
        "learning_peak_megabytes": {"splits": [[10, 150.0], [20, 200.0]]},
        "items_per_second": 5.0,
        "commits": {"10": "bcd", "20": "abc"},
    }


def test_a_made_up_corpus_is_one_that_stages_can_read(tmp_path):
    make_corpus(tmp_path, 40)
    params = load(tmp_path / "params.yaml")
    assert set(params.matrix.approaches) == {"colour_linear", "mfcc_linear"}
    assert pq.read_table(tmp_path / "data/sample/catalogue.parquet").num_rows == 40
    with np.load(tmp_path / "data/sample/embeddings/mfcc.npz") as file:
        assert file["embedding"].shape == (40 * 30, 80)
        assert np.bincount(file["group"]).tolist() == [400, 400, 400]
        assert np.bincount(file["trailer"]).tolist() == [30] * 40
