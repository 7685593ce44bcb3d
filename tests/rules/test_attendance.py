"""The fold of marks: what they say together, the same in any order of reception."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portail.rules.attendance import (
    NOTHING,
    Kind,
    Mark,
    Presence,
    fold,
    head_count,
    minutes_late,
    standing,
    state,
)

START = datetime(2026, 12, 3, 7, 0, tzinfo=UTC)


def mark(number, kind, *, minute=None, hour=None, target=None, source="a", who=1):
    at = START + timedelta(minutes=number if minute is None else minute)
    aimed = UUID(int=target) if target is not None else None
    return Mark(UUID(int=number), who, Kind(kind), at, hour, aimed, source=source)


ROWS = [
    # what was touched (number, kind, more) · presence · arrived · left
    ([], "waited", None, None),
    ([(1, "present")], "present", None, None),
    ([(1, "absent")], "absent", None, None),
    ([(1, "arrived")], "present", time(7, 1), None),
    ([(1, "arrived", {"hour": time(8, 2)})], "present", time(8, 2), None),
    ([(1, "arrived", {"hour": time(8)}), (2, "left", {"hour": time(18)})], "left", time(8), time(18)),
    ([(1, "left", {"hour": time(18)}), (2, "left", {"hour": time(17, 45)})], "left", None, time(17, 45)),
    ([(1, "left"), (2, "present")], "present", None, None),
    ([(1, "arrived"), (2, "absent")], "absent", None, None),
    ([(1, "present"), (2, "undo", {"target": 1})], "waited", None, None),
    ([(1, "absent"), (2, "present"), (3, "undo", {"target": 2})], "absent", None, None),
    ([(1, "present"), (2, "undo", {"target": 1}), (3, "undo", {"target": 2})], "present", None, None),
    ([(1, "absent"), (2, "present", {"target": 1}), (3, "undo", {"target": 2})], "absent", None, None),
    ([(1, "undo", {"target": 2}), (2, "present")], "present", None, None),
    ([(1, "undo", {"target": 9}), (2, "present")], "present", None, None),
    ([(1, "undo", {"target": 1})], "waited", None, None),
    ([(1, "present"), (2, "note")], "present", None, None),
    ([(1, "unexpected", {"hour": time(9)})], "present", time(9), None),
]


@pytest.mark.parametrize(("touched", "presence", "arrived", "left"), ROWS)
def test_what_marks_say_together(touched, presence, arrived, left):
    marks = [mark(number, kind, **dict(*more)) for number, kind, *more in touched]
    found = state(marks)
    assert (found.presence, found.arrived, found.left) == (presence, arrived, left)


kinds = st.sampled_from(list(Kind))
some_marks = st.lists(
    st.builds(
        mark,
        st.integers(1, 12),
        kinds,
        minute=st.integers(0, 4),
        hour=st.sampled_from([None, time(8), time(18)]),
        target=st.sampled_from([None, *range(1, 13)]),
        source=st.sampled_from("ab"),
        who=st.integers(1, 3),
    ),
    max_size=12,
    unique_by=lambda m: m.token,
)


@given(some_marks, st.randoms(use_true_random=False))
def test_any_order_of_reception_gives_the_same_list(marks, chance):
    shuffled = marks + marks[: len(marks) // 2]
    chance.shuffle(shuffled)
    assert fold(shuffled) == fold(marks)


@given(some_marks)
def test_undoing_the_last_mark_gives_what_was_before_it(marks):
    for who, found in fold(marks).items():
        if found.last is None:
            continue
        own = [m for m in marks if m.who == who]
        undo = mark(99, "undo", minute=9, target=found.last.token.int, who=who)
        assert found.last not in standing([*own, undo])
        assert state([*own, undo, mark(100, "undo", minute=10, target=99, who=who)]) == found


@given(some_marks, st.integers(1, 3))
def test_the_head_count_adds_up(marks, booked):
    found = fold(marks)
    count = head_count(range(1, booked + 1), found)
    assert count.expected == count.present + count.left + count.absent + count.waited
    assert count.present + count.left == sum(each.came for each in found.values())


def said(marks):
    return [m.token.int for m in state(marks).conflict]


def test_two_devices_that_disagree_are_both_shown():
    one, other = mark(1, "absent", source="a"), mark(2, "present", source="b")
    assert (state([one, other]).presence, said([one, other])) == (Presence.PRESENT, [1])


@pytest.mark.parametrize(
    ("touched", "against"),
    [
        ([(1, "absent", "a"), (2, "present", "a")], []),  # the same device corrects itself
        ([(1, "absent", "a"), (2, "present", "b"), (3, "left", "b")], [1]),
        ([(1, "present", "a"), (2, "absent", "b"), (3, "left", "a")], [2]),
        ([(1, "absent", "a"), (2, "present", "a"), (3, "left", "b")], []),
        ([(1, "present", "a"), (2, "left", "b")], []),
        ([(1, "left", "a"), (9, "left", "b")], [1]),  # eight minutes apart
        ([(1, "left", "a"), (5, "left", "b")], []),  # four minutes apart
        ([(1, "left", "a"), (20, "arrived", "b"), (60, "left", "b")], []),  # came back in between
    ],
)
def test_what_contradicts_what(touched, against):
    assert said([mark(number, kind, source=source) for number, kind, source in touched]) == against


def test_knowingly_replacing_or_undoing_ends_the_conflict():
    one, other = mark(1, "absent", source="a"), mark(2, "present", source="b")
    assert said([one, mark(2, "present", target=1, source="b")]) == []
    assert said([one, other, mark(3, "undo", target=1, source="b")]) == []


def test_a_mark_of_another_child_is_not_taken_back():
    found = fold([mark(1, "present", who=1), mark(2, "undo", target=1, who=2)])
    assert (found[1].presence, found[2]) == (Presence.PRESENT, NOTHING)


@pytest.mark.parametrize(
    ("left", "minutes"), [(None, 0), (time(18), 0), (time(18, 30), 0), (time(18, 31), 1), (time(19, 2), 32)]
)
def test_minutes_after_the_end(left, minutes):
    assert minutes_late(left, time(18, 30)) == minutes
