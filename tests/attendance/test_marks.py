"""Marks recorded: once, each by whoever keeps the list, on the days that are open."""

from datetime import time, timedelta
from uuid import uuid4

import pytest

from portail.attendance.actions.marks import Refusal, Status
from portail.attendance.models import Mark
from portail.attendance.queries.marks import states
from portail.core.models import JournalEntry
from portail.rules.attendance import Presence
from tests.attendance.lists import TODAY, assign, mark, session, touch
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def lunch(cast):
    assign(cast.lou, cast.offer.place)
    return session(cast)


def test_a_mark_is_kept_as_it_was_touched_with_its_journal(cast, lunch):
    one = touch(lunch, cast.lea, "left", minutes=-3)
    [answer] = mark(cast.lou, one, device="Tablette 1")
    row = Mark.objects.get()
    assert answer.status is Status.ACCEPTED
    assert (row.token, row.kind, row.at, row.received_at) == (one.token, "left", one.at, NOW)
    assert (row.hour, row.author, row.author_label, row.device) == (
        time(9, 57),
        cast.lou,
        "Lou Mairie",
        "Tablette 1",
    )
    entry = JournalEntry.objects.get(verb="attendance.marked")
    assert (entry.subject, entry.summary, entry.actor) == (
        f"session:{lunch.pk}",
        "Pointage : 1 marque",
        cast.lou,
    )


def test_the_same_mark_twice_is_once_within_a_batch_and_later(cast, lunch):
    one = touch(lunch, cast.lea, "present")
    assert [a.status for a in mark(cast.lou, one, one)] == ["accepted", "already"]
    assert [a.status for a in mark(cast.lou, one)] == ["already"]
    assert (Mark.objects.count(), JournalEntry.objects.filter(verb="attendance.marked").count()) == (1, 1)


def test_a_token_is_of_one_mark_only(cast, lunch):
    one = touch(lunch, cast.lea, "present")
    mark(cast.lou, one)
    other = touch(lunch, cast.noe, "present", token=one.token)
    assert mark(cast.lou, other)[0].refusal is Refusal.REUSED
    assert states([lunch.pk])[lunch.pk].keys() == {cast.lea.pk}


def refused(cast, where, **more):
    found = mark(cast.lou, touch(where, more.pop("child", cast.lea), more.pop("kind", "present"), **more))
    assert not Mark.objects.exists()
    return found[0].refusal


def test_only_those_who_keep_the_list_mark_it(cast, lunch):
    centre = session(cast, place=type(cast.offer.place).objects.create(name="Centre"))
    assert refused(cast, centre) is Refusal.UNKNOWN_SESSION
    assert refused(cast, 999_999) is Refusal.UNKNOWN_SESSION
    for user in (cast.remi, cast.renee, cast.alice.user):
        assert mark(user, touch(lunch, cast.lea, "present"))[0].refusal is Refusal.UNKNOWN_SESSION
    assert mark(cast.agnes, touch(centre, cast.lea, "present"))[0].status is Status.ACCEPTED


def test_a_leader_of_one_service_does_not_keep_the_others_of_the_place(cast):
    assign(cast.lou, cast.offer.place, cast.canteen)
    evening = session(
        cast,
        service=type(cast.canteen).objects.create(
            activity=cast.canteen.activity,
            code="soir",
            name="Soir",
            short_name="Soir",
            starts_at=time(16, 30),
            ends_at=time(18, 30),
            weekdays="1245",
        ),
    )
    assert refused(cast, evening) is Refusal.UNKNOWN_SESSION
    assert mark(cast.lou, touch(session(cast), cast.lea, "present"))[0].status is Status.ACCEPTED


@pytest.mark.parametrize(
    ("who", "days", "refusal"),
    [
        ("lou", 1, Refusal.NOT_YET),
        ("lou", -3, None),
        ("lou", -4, Refusal.TOO_LATE),
        ("agnes", -31, None),
        ("agnes", -32, Refusal.TOO_LATE),
    ],
)
def test_a_list_is_open_on_its_day_and_for_a_while_after(cast, who, days, refusal):
    assign(cast.lou, cast.offer.place)
    where = session(cast, TODAY + timedelta(days=days))
    at = NOW + timedelta(days=days) if days < 0 else NOW
    [answer] = mark(getattr(cast, who), touch(where, cast.lea, "present", at=at))
    assert answer.refusal is refusal


@pytest.mark.parametrize(("minutes", "refusal"), [(9, None), (11, Refusal.CLOCK), (-24 * 60, Refusal.CLOCK)])
def test_a_clock_that_is_wrong_is_told(cast, lunch, minutes, refusal):
    [answer] = mark(cast.lou, touch(lunch, cast.lea, "present", minutes=minutes))
    assert answer.refusal is refusal


def test_the_hour_of_another_day_must_be_told(cast, lunch):
    later = NOW + timedelta(days=1)
    for more, refusal in (({}, Refusal.HOUR), ({"hour": time(13, 20)}, None)):
        one = touch(lunch, cast.lea, "left", at=later, **more)
        assert mark(cast.lou, one, now=later)[0].refusal is refusal
    assert states([lunch.pk])[lunch.pk][cast.lea.pk].left == time(13, 20)


def test_an_hour_to_come_is_refused(cast, lunch):
    assert refused(cast, lunch, kind="left", hour=time(10, 11)) is Refusal.TO_COME


def test_a_mark_speaks_of_one_child_or_of_one_guest(cast, lunch):
    token = uuid4()
    assert refused(cast, lunch, child=None) is Refusal.NOBODY
    assert refused(cast, lunch, guest=token) is Refusal.NOBODY
    assert refused(cast, lunch, child=999_999) is Refusal.UNKNOWN_CHILD
    nameless = touch(lunch, None, "unexpected", token=token, guest=token)
    assert mark(cast.lou, nameless)[0].refusal is Refusal.NOBODY
    named = touch(lunch, None, "unexpected", token=token, guest=token, text="Un petit Malo")
    assert (
        mark(cast.lou, named, touch(lunch, None, "left", minutes=1, guest=token))[1].status is Status.ACCEPTED
    )
    assert states([lunch.pk])[lunch.pk][token].presence is Presence.LEFT


def test_a_refused_mark_stops_none_of_the_others(cast, lunch):
    batch = [
        touch(lunch, cast.lea, "present"),
        touch(999_999, cast.noe, "present"),
        touch(lunch, cast.noe, "absent"),
    ]
    assert [a.status for a in mark(cast.lou, *batch)] == ["accepted", "refused", "accepted"]


def test_an_undo_received_before_what_it_takes_back_still_does(cast, lunch):
    one = touch(lunch, cast.lea, "absent", minutes=-5)
    mark(cast.lou, touch(lunch, cast.lea, "undo", minutes=-4, target=one.token))
    mark(cast.lou, one)
    assert states([lunch.pk])[lunch.pk][cast.lea.pk].presence is Presence.WAITED


def test_a_batch_costs_the_same_whatever_its_size(cast, lunch, django_assert_num_queries):
    for size in (1, 5):
        batch = [touch(lunch, cast.lea, "note", text=str(n)) for n in range(size)]
        with django_assert_num_queries(7):  # savepoints, sessions, children, marks known, marks, journal
            mark(cast.lou, *batch)


def test_states_are_read_in_one_query(cast, lunch, django_assert_num_queries):
    mark(cast.lou, touch(lunch, cast.lea, "present"), touch(lunch, cast.noe, "absent"))
    with django_assert_num_queries(1):
        found = states([lunch.pk])[lunch.pk]
    assert {who: each.presence for who, each in found.items()} == {
        cast.lea.pk: "present",
        cast.noe.pk: "absent",
    }
