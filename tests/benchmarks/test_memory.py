import av

from benchmarks.memory import STAGES, table
from benchmarks.small_clips import HEAD, write_clips


def test_small_films_are_real_files_no_two_alike(tmp_path):
    lines = write_clips(tmp_path, 2)
    assert lines[0] == HEAD and lines[2].startswith("2\tFilm 1\t2000\t")
    first, second = (tmp_path / f"{n}.mp4" for n in (0, 1))
    assert first.read_bytes() != second.read_bytes()
    with av.open(str(first)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 50
    with av.open(str(first)) as container:
        samples = sum(frame.samples for frame in container.decode(audio=0))
    assert abs(samples - 160_000) < 3000


def test_the_table_tells_what_each_further_trailer_adds():
    names = ["@".join(stage) for stage in STAGES]
    peaks = {"240": dict.fromkeys(names, 200), "2400": dict.fromkeys(names, 216)}
    peaks["2400"]["leaks"] = 308
    rows = {line.split(" | ")[0].strip("| "): line for line in table(peaks).splitlines()}
    assert rows["frames"] == "| frames | 200 MB | 216 MB | 1.08 | 7.4 |"
    assert rows["leaks"] == "| leaks | 200 MB | 308 MB | 1.54 **over** | 50.0 |"
