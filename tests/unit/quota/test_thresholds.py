from services.quota.domain.thresholds import Thresholds


def test_a_bound_is_passed_when_the_meter_is_above_it() -> None:
    waiting = Thresholds(3)
    waiting.wait(1, 10)
    assert waiting.take_passed(9) == []
    assert waiting.take_passed(10) == []
    assert waiting.take_passed(11) == [1]


def test_who_passed_waits_no_more() -> None:
    waiting = Thresholds(2)
    waiting.wait(0, 10)
    waiting.take_passed(11)
    assert waiting.take_passed(99) == []
    waiting.wait(0, 10)
    assert waiting.take_passed(11) == [0]


def test_the_smallest_bounds_are_passed_first_and_the_others_wait() -> None:
    waiting = Thresholds(4)
    for unit, bound in enumerate([30, 10, 40, 20]):
        waiting.wait(unit, bound)
    assert waiting.take_passed(31) == [1, 3, 0]
    assert waiting.take_passed(41) == [2]


def test_the_last_bound_of_a_unit_counts_whether_earlier_or_later() -> None:
    waiting = Thresholds(2)
    waiting.wait(0, 10)
    waiting.wait(0, 20)
    waiting.wait(0, 5)
    waiting.wait(0, 7)
    assert waiting.take_passed(7) == []
    assert waiting.take_passed(8) == [0]
    assert waiting.take_passed(99) == []


def test_a_bound_that_moves_on_again_and_again_takes_one_place() -> None:
    waiting = Thresholds(2)
    waiting.wait(1, 25)
    for bound in range(1, 30):
        waiting.wait(0, bound)
        assert waiting.take_passed(bound) == ([1] if bound == 26 else [])
    assert len(waiting) == 1
    assert waiting.take_passed(30) == [0]


def test_bounds_below_zero_are_passed_too() -> None:
    waiting = Thresholds(3)
    waiting.wait(2, -5)
    waiting.wait(0, -7)
    assert waiting.take_passed(-7) == []
    assert waiting.take_passed(-6) == [0]
    assert waiting.take_passed(-4) == [2]


def test_equal_bounds_are_passed_together() -> None:
    waiting = Thresholds(3)
    for unit in (2, 0, 1):
        waiting.wait(unit, 7)
    assert waiting.take_passed(8) == [0, 1, 2]


def test_the_same_bound_again_takes_no_more_room() -> None:
    waiting = Thresholds(1)
    for _ in range(50):
        waiting.wait(0, 7)
    assert len(waiting) == 1


def test_replaced_bounds_take_room_for_four_each_and_64_at_most() -> None:
    waiting = Thresholds(10)
    waiting.wait(9, 1)
    for bound in range(203, 100, -1):
        waiting.wait(0, bound)
    assert len(waiting) == 104
    waiting.wait(0, 50)
    assert len(waiting) == 2
    assert waiting.take_passed(51) == [9, 0]
