from stages.sample.returns import scenes_shown, shown_again


def test_mystery_goes_back_to_the_first_shot_and_thriller_to_the_one_before_the_last():
    cues = ["", "Horror", "Thriller", "Thriller", "Mystery", "", "Thriller", "Thriller"]
    assert scenes_shown(cues) == [0, 1, 0, 1, 0, 5, 0, 5]


def test_where_there_is_nothing_to_go_back_to_a_cue_shows_nothing():
    assert scenes_shown(["Mystery", "Thriller", "Thriller"]) == [0, 1, 0]
    assert shown_again(1, "Thriller") is None
    assert shown_again(0, "Mystery") is None
    assert shown_again(5, "Horror") is None
    assert shown_again(5, "") is None
