from stages.base.counting import counted


def test_one_is_one_and_none_and_many_are_several() -> None:
    assert [counted(number, "film") for number in (0, 1, 2, 1200)] == [
        *("0 films", "1 film", "2 films", "1,200 films"),
    ]
    assert [counted(number, "approach") for number in (1, 3)] == ["1 approach", "3 approaches"]
    assert [counted(number, "is", "are") for number in (1, 2)] == ["1 is", "2 are"]
