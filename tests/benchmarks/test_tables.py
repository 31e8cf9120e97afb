from benchmarks.tables import edits, key_frames, memory, missed


def test_memory_is_compared_stage_by_stage():
    shown = memory({"2400": {"leaks": 316.0}, "240": {"leaks": 100.0}})
    assert list(shown.columns) == [
        "Stage", "MB at 240 trailers", "MB at 2,400 trailers", "Ratio", "KB a trailer",
    ]  # fmt: skip
    # 216 MB more for 2,160 more trailers
    assert shown.iloc[0].tolist() == ["leaks", "100", "316", "3.16", "100.0"]


def test_key_frames_tell_the_difference_with_its_interval():
    row = {"exact": 0.5, "key_frames": 0.45, "difference": -0.05, "lo": -0.08, "hi": -0.02}
    (shown,) = key_frames([{"approach": "colour_mlp", **row}]).to_numpy().tolist()
    assert shown[:3] == ["colour_mlp", "0.500", "0.450"]
    assert "0.050" in shown[3]
    assert "0.080" in shown[4] and "0.020" in shown[4]


def test_edits_tell_whether_their_goal_was_met():
    took = {"seconds": 33.91, "seconds_before_fitting": 2.0, "outside_stages_share": 0.25}
    first = took | {"after": "first run", "stages": ["fit"] * 39, "goal": "", "met": None}
    slow = took | {"after": "a rule", "stages": ["report"], "goal": "at most 5 s", "met": False}
    first |= {"note": "", "largest_megabytes": 870}
    slow |= {"note": "DVC waits", "largest_megabytes": 1234}
    shown = edits([first, slow]).to_numpy().tolist()
    assert shown[0] == ["first run", "39", "33.9", "2.0", "25%", "0.87", ""]
    assert shown[1][0] == "a rule" and shown[1][-2:] == ["1.23", "at most 5 s: no"]
    assert missed([first, slow]) == ["a rule: DVC waits"]
