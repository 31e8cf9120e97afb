from stages.base.counting import counted, listed


def test_one_is_one_and_none_and_many_are_several() -> None:
    assert [counted(number, "film") for number in (0, 1, 2, 1200)] == [
        *("0 films", "1 film", "2 films", "1,200 films"),
    ]
    assert [counted(number, "approach") for number in (1, 3)] == ["1 approach", "3 approaches"]
    assert [counted(number, "is", "are") for number in (1, 2)] == ["1 is", "2 are"]


def test_of_a_long_list_the_first_hundred_are_shown_and_the_rest_counted() -> None:
    lines = iter(range(1_000_000))
    shown = listed(lines, 1_000_000)
    assert shown == [*map(str, range(100)), "and 999,900 more"]
    assert next(lines) == 100  # no more than these were made
    assert listed([1, 2], 2) == ["1", "2"] and listed([], 0) == []
    assert len(listed(range(100), 100)) == 100


def test_of_a_long_line_the_ends_are_shown() -> None:
    (line,) = listed(["a" * 10_000 + "end"], 1)
    assert len(line) < 600 and line.startswith("aaa") and line.endswith("aend") and " … " in line
    assert listed(["a" * 500], 1) == ["a" * 500]
