import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.base.errors import BenchmarkError
from stages.base.packs import (
    DIGEST,
    SHARDS,
    Shard,
    digest,
    read_pack,
    read_trailer,
    shard_paths,
    trailers_in,
    write_pack,
)
from stages.base.store.shared import RemoteFile, shared_store

SCHEMA = pa.schema([("trailer_id", pa.string()), ("frame", pa.int8()), ("jpeg", pa.binary())])


def table(trailer_id: str) -> pa.Table:
    rows = [{"trailer_id": trailer_id, "frame": n, "jpeg": bytes([n])} for n in range(3)]
    return pa.Table.from_pylist(rows, SCHEMA)


def ids(n: int) -> list[str]:
    return [hashlib.sha256(str(i).encode()).hexdigest()[:16] for i in range(n)]


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_gives_back_every_trailer_once_in_a_bounded_number_of_files(tmp_path):
    write_pack(tmp_path, ids(200), table, SCHEMA)
    assert len(list(tmp_path.iterdir())) <= SHARDS
    read = list(read_pack(tmp_path))
    assert sorted(t["trailer_id"][0].as_py() for t in read) == sorted(ids(200))
    assert all(t["frame"].to_pylist() == [0, 1, 2] for t in read)


def test_a_group_is_read_by_its_number_and_never_by_an_old_footer(tmp_path):
    names = [f"{n}0" for n in range(3)]  # one shard
    for members in (names, names[1:]):
        write_pack(tmp_path, members, table, SCHEMA)
        part = Shard(tmp_path / "part-00.parquet")
        read = [read_trailer(part, n, digest(table(name))) for n, name in enumerate(members)]
        assert [rows["trailer_id"][0].as_py() for rows in read] == members


def test_of_a_remote_shard_only_what_is_read_is_transferred(tmp_path, bucket, monkeypatch):
    def large(trailer_id: str) -> pa.Table:
        rows = [{"trailer_id": trailer_id, "frame": 0, "jpeg": trailer_id.encode() * 50_000}]
        return pa.Table.from_pylist(rows, SCHEMA)

    write_pack(tmp_path, [f"{n}0" for n in range(10, 30)], large, SCHEMA)  # 20 of 150 kB
    [path] = shard_paths(tmp_path)
    assert Shard.for_workers(path) == Shard(path)  # of one machine, or of a folder in common
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://10.0.0.1:8786")
    part = Shard.for_workers(path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() in part.remote
    path.unlink()

    came: list[int] = []
    read = RemoteFile.read

    def counted(self: RemoteFile, size: int = -1) -> bytes:
        came.append(len(found := read(self, size)))
        return found

    monkeypatch.setattr(RemoteFile, "read", counted)
    rows = read_trailer(part, 7, digest(large("170")))
    assert rows["trailer_id"].to_pylist() == ["170"]
    assert rows["jpeg"][0].as_py() == b"170" * 50_000
    assert 150_000 < sum(came) < 300_000
    read_trailer(part, 8, digest(large("180")))
    assert 300_000 < sum(came) < 450_000


def test_a_remote_shard_that_is_gone_is_told(tmp_path, bucket, monkeypatch):
    write_pack(tmp_path, ["10"], table, SCHEMA)
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://10.0.0.1:8786")
    part = Shard.for_workers(shard_paths(tmp_path)[0])
    with part.open() as file:
        shared_store(needed=True).remove(part.remote)
        with pytest.raises(BenchmarkError, match=bucket.url):
            file.read_row_group(0)


def test_bytes_do_not_depend_on_the_order_of_trailers(tmp_path):
    write_pack(tmp_path / "a", ids(50), table, SCHEMA)
    write_pack(tmp_path / "b", reversed(ids(50)), table, SCHEMA)
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_three_more_trailers_rewrite_at_most_three_files(tmp_path):
    write_pack(tmp_path / "a", ids(200), table, SCHEMA)
    write_pack(tmp_path / "b", ids(203), table, SCHEMA)
    before, after = content(tmp_path / "a"), content(tmp_path / "b")
    assert sum(before.get(name) != after[name] for name in after) <= 3


def test_a_trailer_without_rows_takes_no_place(tmp_path):
    write_pack(tmp_path, ids(2), lambda name: table(name).slice(0, 0), SCHEMA)
    assert list(read_pack(tmp_path)) == []


def test_a_footer_tells_trailers_and_the_digests_of_their_rows(tmp_path):
    names = [f"{n}0" for n in range(3)]
    said = {"10": "said by what made them"}

    def load(trailer_id: str) -> pa.Table:
        rows = table(trailer_id)
        return rows.replace_schema_metadata(
            {DIGEST: said[trailer_id]} if trailer_id in said else {}
        )

    write_pack(tmp_path, names, load, SCHEMA)
    [path] = shard_paths(tmp_path)
    found = dict(trailers_in(pq.read_metadata(path)))
    assert found == {name: digest(table(name)) for name in names} | said
    assert digest(table("00")) == digest(table("10")) != digest(table("00").slice(1))


def test_rows_that_are_not_as_the_footer_tells_are_refused(tmp_path):
    write_pack(tmp_path, ["10"], lambda name: table(name), SCHEMA)
    [path] = shard_paths(tmp_path)
    data = bytearray(path.read_bytes())
    place = data.index(bytes([1, 0, 0, 0, 1]))  # the second row's content and its length
    data[place + 4] = 9
    path.write_bytes(data)
    with pytest.raises(BenchmarkError, match="trailer 10 was damaged"):
        read_trailer(Shard(path), 0, digest(table("10")))


def test_a_shard_that_tells_nothing_is_refused(tmp_path):
    pq.write_table(table("10"), tmp_path / "part-00.parquet")
    with pytest.raises(BenchmarkError, match="dvc repro --force frames audio"):
        trailers_in(pq.read_metadata(tmp_path / "part-00.parquet"))
