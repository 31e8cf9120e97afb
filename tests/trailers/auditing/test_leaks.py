"""Planted duplicates, through real files: a trailer under two ids, an end card of three films."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.base.packs import Shard, read_row_group, write_pack, write_table
from stages.base.params import load
from stages.fitting.items import View, read_items, read_shared_frames
from stages.trailers.auditing import reading, shards
from stages.trailers.auditing.leaks import connected_components, covered_seconds, find_leaks
from stages.trailers.auditing.pictures import FrameHashes, hash_frames
from stages.trailers.auditing.reading import read_frames, read_sound
from stages.trailers.auditing.tables import leak_rows, occurrence_table, summary
from stages.trailers.media.frames import extract_frames
from stages.trailers.media.results import AUDIO, FRAMES
from stages.trailers.media.sound import extract_windows
from tests.trailers.auditing.conftest import RATE, scene, tune
from tests.trailers.media.conftest import write_audio, write_video

ROOT = Path(__file__).resolve().parents[3]
SHOTS = 8  # of one second
CARD, JINGLE = 999, 4


class Trailer:
    """Shots and a tune; `worn` says that it is encoded smaller, worse and quieter."""

    def __init__(self, number: int, card: bool = False, worn: bool = False) -> None:
        shots = [scene(100 * number + shot) for shot in range(SHOTS)]
        self.shots = shots + [scene(CARD)] * JINGLE * card
        sound = [tune(number, SHOTS), tune(CARD, JINGLE)][: 1 + card]
        self.sound = np.concatenate(sound)[None] * (0.4 if worn else 1.0)
        self.size = (160, 90) if worn else (320, 180)
        self.quality = "34" if worn else "20"

    def extract(self, folder: Path, params) -> tuple[list[dict], list[dict]]:
        folder.mkdir()
        picture = write_video(
            folder / "picture.mp4",
            count=24 * len(self.shots),
            size=self.size,
            options={"crf": self.quality, "preset": "ultrafast"},
            picture=lambda number: cv2.resize(self.shots[number // 24], self.size),
        )
        sound = write_audio(
            folder / "sound.mp4", self.sound, rate=RATE, codec="aac", sample_format="fltp"
        )
        found = extract_frames(picture, replace(params.frames, count=10, first_frame=3))
        frames = [
            {"frame": n, "index": index, "time": time, "jpeg": jpeg}
            for n, (index, time, jpeg) in enumerate(
                zip(found.numbers, found.seconds, found.jpegs, strict=True)
            )
        ]
        windows = extract_windows(sound, replace(params.audio, sample_rate=RATE))
        return frames, [
            {"window": w.name, "start": w.start, "seconds": w.seconds, "flac": w.flac}
            for w in windows
        ]


def write(data: Path, trailers: dict[str, Trailer], params) -> None:
    import pyarrow as pa

    rows = {name: t.extract(data / f"files{name}", params) for name, t in trailers.items()}
    for part, (step, schema) in enumerate((("frames", FRAMES), ("audio", AUDIO))):

        def load_rows(name: str, part: int = part, schema=schema) -> pa.Table:
            return pa.Table.from_pylist(
                [{"trailer_id": name, **row} for row in rows[name][part]], schema
            )

        write_pack(data / step, rows, load_rows, schema)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Films 0 to 5: 1 is 0 again, 2 to 4 end on one card, 5 is like no other."""
    data, params = tmp_path_factory.mktemp("data"), load(ROOT / "params.yaml")
    trailers = [Trailer(0), Trailer(0, worn=True), *(Trailer(n, card=True) for n in (2, 3))]
    trailers += [Trailer(4, card=True, worn=True), Trailer(5)]
    write(data, {f"{n:016x}": trailer for n, trailer in enumerate(trailers)}, params)
    film_of = {f"{n:016x}": n for n in range(6)}
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(data)  # the store lies under data/store of the working folder
        pictures = read_frames(data / "frames", film_of)
        tracks = read_sound(data / "audio", film_of)
        yield data, pictures, tracks, film_of


def test_all_that_is_planted_is_found_and_nothing_else(planted, rules):
    _, pictures, tracks, film_of = planted
    leaks, coverage = find_leaks(pictures, tracks, film_of, rules)
    found = [(leak.kind, leak.films) for leak in leaks]
    assert found == [
        ("same_trailer", (0, 1)),
        ("shared_frames", (2, 3, 4)),
        ("same_sound", (2, 3, 4)),
    ]
    names = [f"film {n}" for n in range(6)]
    titles = [f"Title {n} (2000)" for n in range(6)]
    twice, card, jingle = leak_rows(leaks, coverage, names, titles, fold=[0, 1, 2, 2, 2, 0])
    assert twice["titles"] == "Title 0 (2000), Title 1 (2000)"
    assert twice["film_ids"] == "film 0, film 1" and twice["across_folds"] == 1
    assert twice["share"] > 0.9 and twice["frames"] >= 9
    assert card["across_folds"] == 0 and 3 <= card["frames"] <= 4
    assert jingle["seconds"] == pytest.approx(JINGLE, abs=0.6)
    assert jingle["share"] == pytest.approx(JINGLE / (SHOTS + JINGLE), abs=0.06)
    told = summary(leaks, [twice, card, jingle], len(pictures.frame), coverage, rules)
    assert told["leaks"] == {"same_trailer": 1, "shared_frames": 1, "same_sound": 1}
    assert (told["across_folds"], told["films"]) == (1, 5)


def test_found_by_sound_alone_where_no_frame_is_the_same(planted, rules):
    _, pictures, tracks, film_of = planted
    blind = replace(pictures, hashes=replace(pictures.hashes, spread=0 * pictures.hashes.spread))
    leaks, _ = find_leaks(blind, tracks, film_of, rules)
    assert [(leak.kind, leak.films) for leak in leaks] == [
        ("same_trailer", (0, 1)),
        ("same_sound", (2, 3, 4)),
    ]


def test_films_that_are_not_judged_are_not_audited(planted):
    data, *_ = planted
    assert read_frames(data / "frames", {f"{2:016x}": 0}).names.tolist() == [f"{2:016x}"]


def test_shards_that_did_not_change_are_handed_to_nobody(planted, monkeypatch):
    data, pictures, tracks, film_of = planted
    handed: list[shards.Job] = []

    def watched(
        _: object, jobs: list[shards.Job], serial_up_to: int
    ) -> list[tuple[shards.Job, Path]]:
        handed.extend(jobs)
        return []

    monkeypatch.setattr(reading, "run", watched)
    entries = set((data / "data/store/leaks").rglob("*.*"))
    files = [path for pack in ("frames", "audio") for path in (data / pack).glob("part-*")]
    assert len(entries) == len(files) + 2 * len(film_of) > 0
    again = read_frames(data / "frames", film_of)
    heard = read_sound(data / "audio", film_of)
    assert set((data / "data/store/leaks").rglob("*.*")) == entries and not handed
    rows = np.arange(len(again.frame))
    np.testing.assert_array_equal(again.hashes.thumb[rows], pictures.hashes.thumb[rows])
    assert [(t.trailer_id, t.film, t.start) for t in heard] == [
        (t.trailer_id, t.film, t.start) for t in tracks
    ]


def test_a_trailer_more_in_a_shard_is_the_only_one_decoded(planted, tmp_path, monkeypatch):
    data, *_ = planted
    shard = data / "frames/part-00.parquet"
    rows = pq.read_table(shard)
    more = rows.slice(1).set_column(0, "trailer_id", [[f"{16:016x}"] * (len(rows) - 1)])
    both = {f"{0:016x}": rows, f"{16:016x}": more.cast(FRAMES)}
    write_pack(tmp_path / "frames", both, both.__getitem__, FRAMES)
    monkeypatch.chdir(data)
    looked = []

    def count(jpegs: list[bytes]) -> FrameHashes:
        looked.append(len(jpegs))
        return hash_frames(jpegs)

    def read(file: pq.ParquetFile, number: int, told: str) -> pa.Table:
        groups.append(number)
        return read_row_group(file, number, told)

    groups: list[int] = []
    monkeypatch.setattr(shards, "hash_frames", count)
    monkeypatch.setattr(shards, "read_row_group", read)
    entry = shards.fingerprint_shard(
        shards.Job("frames", Shard(tmp_path / "frames/part-00.parquet"))
    )
    assert looked == [len(more)] and groups == [1]
    kept = shards.fingerprint_shard(shards.Job("frames", Shard(shard)))
    with np.load(entry) as seen, np.load(kept) as first:
        assert seen["names"].tolist() == list(both)
        for name in ("frame", "hash", "thumb"):
            want = np.concatenate([first[name], first[name][1:]])
            np.testing.assert_array_equal(seen[name], want)


def test_shared_frames_can_be_left_out_of_what_an_approach_sees(planted, rules, tmp_path):
    _, pictures, tracks, film_of = planted
    leaks, _ = find_leaks(pictures, tracks, film_of, rules)
    write_table(occurrence_table(leaks, [str(n) for n in range(6)]), tmp_path / "leaks.parquet")
    names = [f"{n:016x}" for n in range(6)]
    trailer = np.repeat(np.arange(6, dtype=np.int32), 10)
    group = np.tile(np.arange(10, dtype=np.int16), 6)
    np.savez(
        tmp_path / "x.npz",
        trailer_id=np.array(names),
        trailer=trailer,
        group=group,
        time=group.astype(np.float32),
        embedding=group[:, None].astype(np.float32),
    )

    def frames_of(films: int) -> list[list[int]]:
        shared = read_shared_frames(tmp_path / "leaks.parquet", films)
        view = View("each", 10, "start")
        items = read_items(tmp_path / "x.npz", film_of, view, "picture", 10, shared)
        x = np.asarray(items.x)
        return [x[items.film == film, 0].astype(int).tolist() for film in range(6)]

    everything = list(range(10))
    seen = frames_of(3)
    assert seen[0] == seen[1] == seen[5] == everything
    for film in (2, 3, 4):
        assert seen[film] == everything[: len(seen[film])] and 6 <= len(seen[film]) <= 7
    assert frames_of(4) == [everything] * 6
    # of a trailer that is another's copy nothing would be left: then it keeps what it has
    assert min(map(len, frames_of(2))) > 0


def test_components_and_covered_seconds():
    assert connected_components([(3, 1), (5, 4), (1, 2)]) == [[1, 2, 3], [4, 5]]
    assert connected_components([]) == []
    assert covered_seconds([(0, 3), (2, 5), (10, 11)]) == 6


def test_tracks_read_in_turn_are_those_read_one_by_one(planted):
    data, _, tracks, film_of = planted
    few = read_sound(data / "audio", {name: film for name, film in film_of.items() if film % 2})
    assert 0 < len(few) < len(tracks)
    for found in (tracks, few):
        for row, track in enumerate(found):
            np.testing.assert_array_equal(track.words, found[row].words)
            np.testing.assert_array_equal(track.audible, found[row].audible)
            assert len(track.words) == len(track.audible) > 0
    assert [track.film for track in tracks[3:6]] == [track.film for track in tracks][3:6]


def test_an_entry_of_other_trailers_is_made_anew(planted, capsys):
    data, pictures, *_, film_of = planted
    jobs = [shards.Job("frames", Shard(path)) for path in sorted((data / "frames").glob("part-*"))]
    first, second = (shards.find_entry(job) for job in jobs[:2])
    assert first is not None and second is not None
    before = first.read_bytes()
    with shards.store().put(first.stem) as path:
        path.write_bytes(second.read_bytes())
    first.unlink()
    again = read_frames(data / "frames", film_of)
    np.testing.assert_array_equal(again.hashes.hash, pictures.hashes.hash)
    assert first.read_bytes() == before and capsys.readouterr().err.count("is damaged") == 1
