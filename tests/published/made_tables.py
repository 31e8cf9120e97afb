"""One small made-up table, and how each format writes it."""

import csv
import io
import json

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from safetensors.numpy import save_file

from stages.base.params import TableParams

IDS = ["10", "7", "300"]
VALUES = np.array([[0.5, -1.25, 3.0], [1e-3, 2.0, 1e6], [0.0, 4.5, -2.0]], np.float32)


def record(file, **changes):
    about = {"computed_from": "made up", "paper": "none", "licence": "none"}
    return TableParams(**{"file": file, "modality": "picture", **about, **changes})


def text(delimiter, rows):
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return target.getvalue()


def csv_columns(path, delimiter=","):
    rows = [["film", "a", "b", "c"]]
    rows += [[film, *map(str, row.tolist())] for film, row in zip(IDS, VALUES, strict=True)]
    path.write_text(text(delimiter, rows))


def csv_list(path):
    rows = [["itemId", "title", "embedding"]]
    for film, values in zip(IDS, VALUES, strict=True):
        rows.append([film, "A title, with a comma", ",".join(str(float(v)) for v in values)])
    path.write_text(text(",", rows))


def json_file(path):
    path.write_text(json.dumps({f: v.tolist() for f, v in zip(IDS, VALUES, strict=True)}))


def json_folder(path):
    path.mkdir()
    for film, values in zip(IDS, VALUES, strict=True):
        (path / f"{film}.json").write_text(json.dumps(values.tolist()))


def npz(path):
    np.savez(path, ids=np.array(IDS), embedding=VALUES)


def parquet(path):
    columns = {name: VALUES[:, n] for n, name in enumerate("abc")}
    pq.write_table(pa.table({"film_id": IDS, **columns}), path)


def parquet_list(path):
    pq.write_table(pa.table({"film_id": IDS, "embedding": VALUES.tolist()}), path)


def hdf5(path):
    with h5py.File(path, "w") as file:
        for film, values in zip(IDS, VALUES, strict=True):
            file[film] = values


def safetensors(path):
    save_file({film: np.array(values) for film, values in zip(IDS, VALUES, strict=True)}, path)
