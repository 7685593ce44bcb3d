"""Booking a class at once, sending it elsewhere for a while: looked at first, reasons told, undone as a whole."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from portail.activities.models import Regulation, Session
from portail.bookings.actions import Wish, absences, change_bookings, check, group_changes, group_lines
from portail.bookings.actions.enrolments import StillBooked, edit_enrolment
from portail.bookings.actions.group_bookings import NOT_ENROLLED, TOO_LATE, Days
from portail.bookings.actions.group_changes import NobodyThere, NotReady
from portail.bookings.actions.group_moves import AWAY, NO_SESSION, Move
from portail.bookings.models import Absence, Booking, Enrolment, GroupChange, Receipt
from portail.bookings.queries import law, month
from portail.bookings.queries.audiences import Audience
from portail.core import jobs
from portail.core.models import JournalEntry, OutboxMail
from portail.families.models import HouseholdChild
from tests import factories as make
from tests.billing.town import PRICES, regulate
from tests.bookings.test_class_closings import killed
from tests.custody import share
from tests.factories import NOW

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 12, 7), date(2026, 12, 18)
MONDAYS_THURSDAYS = frozenset({0, 3})


@pytest.fixture
def scene(cast):
    """Two weeks of lunches, two places a day. Léa (of two dossiers) and Noé are enrolled, Zoé is not."""
    regulate()
    cast.days = {
        day: make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=day, capacity=2)
        for day in (FIRST + timedelta(days=n) for n in (0, 1, 3, 4, 7, 8, 10, 11))
    }
    cast.audience = Audience("CE1 A", frozenset({cast.lea.pk, cast.noe.pk, cast.zoe.pk}))
    cast.wanted = Days((cast.canteen,), FIRST, LAST, MONDAYS_THURSDAYS)
    return cast


def prepare(scene, wanted=None, now=NOW, token=None) -> GroupChange:
    return group_changes.prepare_bookings(
        scene.audience, wanted or scene.wanted, token=token or uuid4(), actor=scene.agnes, now=now
    )


def confirm(change, scene, now=NOW, **more) -> GroupChange:
    return group_changes.confirm(change, actor=scene.agnes, now=now, **more)


def undo(change, scene, now=NOW) -> GroupChange:
    return group_changes.undo(change, actor=scene.agnes, now=now)


def lines(change) -> dict[str, tuple]:
    rows = change.lines.select_related("child")
    return {row.child.first_name: (row.possible, row.late, row.already, row.refusals) for row in rows}


def booked(place=None) -> set[tuple[str, date]]:
    rows = Booking.objects.filter(state=Booking.State.BOOKED)
    if place is not None:
        rows = rows.filter(session__place=place)
    return set(rows.values_list("child__first_name", "session__date"))


MONDAYS = {FIRST, FIRST + timedelta(days=3), FIRST + timedelta(days=7), FIRST + timedelta(days=10)}
BOTH = {(name, day) for name in ("Léa", "Noé") for day in MONDAYS}


def test_each_child_is_looked_at_and_nothing_is_written(scene):
    change = prepare(scene)
    assert change.state == GroupChange.State.READY
    assert lines(change) == {
        "Léa": (4, 0, 0, []),
        "Noé": (4, 0, 0, []),
        "Zoé": (0, 0, 0, [["", NOT_ENROLLED]]),
    }
    assert {row.household for row in change.lines.all()} == {
        scene.alice.household,
        scene.charlie.household,
    }
    assert change.lines.get(child=scene.lea).price == Decimal("20.00")  # no quotient: the highest price
    assert (Booking.objects.count(), Receipt.objects.count(), OutboxMail.objects.count()) == (0, 0, 0)


def test_confirmed_it_books_with_a_receipt_a_mail_and_a_price(scene):
    change = confirm(prepare(scene), scene, reason="Demande de l'école")
    assert change.state == GroupChange.State.DONE
    assert booked() == BOTH
    receipt = Receipt.objects.get()
    assert (
        receipt.household,
        receipt.by_service,
        receipt.reason,
        receipt.difference,
        receipt.group_change,
    ) == (
        scene.alice.household,
        True,
        "Demande de l'école",
        Decimal("40.00"),
        change,
    )
    assert set(OutboxMail.objects.values_list("to", flat=True)) == {"alice@exemple.fr", "bob@exemple.fr"}
    assert JournalEntry.objects.filter(verb="group.confirmed", subject=change.subject).count() == 1
    confirm(change, scene)
    assert Receipt.objects.count() == 1


def test_the_same_form_twice_is_one_change(scene):
    token = uuid4()
    assert prepare(scene, token=token) == prepare(scene, token=token)
    assert GroupChange.objects.count() == 1


def test_children_left_out_are_left_alone(scene):
    change = prepare(scene)
    confirm(change, scene, left_out=[change.lines.get(child=scene.lea).pk])
    assert booked() == {pair for pair in BOTH if pair[0] == "Noé"}


def test_the_last_places_are_promised_once(scene):
    scene.days[FIRST].capacity = 1
    scene.days[FIRST].save()
    found = lines(prepare(scene))
    assert (found["Léa"][0], found["Noé"][0]) == (3, 4) or (found["Léa"][0], found["Noé"][0]) == (4, 3)
    (refused,) = [reasons for _, _, _, reasons in found.values() if reasons and reasons[0][0]]
    assert refused[0][0].startswith("lundi 7 décembre")


def test_two_families_for_the_last_place_are_told_before(scene):
    make.EnrolmentFactory(child=scene.zoe, activity=scene.canteen.activity, place=scene.offer.place)
    found = lines(prepare(scene))
    assert found["Zoé"][0] == 0
    assert found["Zoé"][3][0][1] == group_lines.FULL
    change = confirm(prepare(scene), scene)
    assert booked() == BOTH
    assert "Complet" in lines(change)["Zoé"][3][0][1] or "place" in lines(change)["Zoé"][3][0][1]


def test_what_is_booked_or_closed_already_is_said(scene):
    make.BookingFactory(child=scene.lea, session=scene.days[FIRST], household=scene.alice.household)
    thursday = scene.days[FIRST + timedelta(days=3)]
    thursday.closing = make.ClosingFactory(reason="Grève")
    thursday.save()
    found = lines(prepare(scene))["Léa"]
    assert found[:3] == (2, 0, 1)
    assert found[3][0][0] == "jeudi 10 décembre · Cantine"
    assert "Grève" in found[3][0][1]


LATE = datetime(2026, 12, 7, 7, 0, tzinfo=NOW.tzinfo)
"""The morning of the first Monday: its deadline has passed."""


@pytest.mark.parametrize("passes", [False, True])
def test_after_the_deadline_only_an_agent_who_says_so_books(scene, passes):
    Regulation.objects.all().delete()  # the one we ship has limits
    change = prepare(scene, now=LATE)
    late = lines(change)["Noé"][1]
    assert late >= 1
    confirm(change, scene, now=LATE, past_deadlines=passes, reason="Oubli du service")
    assert (("Noé", FIRST) in booked()) == passes
    refused = lines(GroupChange.objects.get())["Noé"][3]
    assert [why for _, why in refused] == ([] if passes else [TOO_LATE])


def test_undone_it_takes_back_what_it_booked_and_nothing_else(scene):
    kept = make.BookingFactory(child=scene.lea, session=scene.days[FIRST], household=scene.alice.household)
    change = undo(confirm(prepare(scene), scene), scene)
    assert change.state == GroupChange.State.UNDONE
    assert booked() == {("Léa", FIRST)}
    assert Booking.objects.get(state="booked") == kept
    assert Receipt.objects.filter(group_change=change).count() == 2
    assert OutboxMail.objects.filter(to="alice@exemple.fr").count() == 2
    undo(change, scene)
    assert Receipt.objects.count() == 2


def test_days_gone_by_stay_when_it_is_undone(scene):
    change = confirm(prepare(scene), scene)
    change = undo(change, scene, now=datetime(2026, 12, 11, 9, 0, tzinfo=NOW.tzinfo))
    assert booked() == {pair for pair in BOTH if pair[1] < date(2026, 12, 11)}
    assert [row.kept_back for row in change.lines.order_by("child__first_name")] == [2, 2, 0]


def test_a_change_is_dropped_or_confirmed_never_both(scene):
    change = prepare(scene)
    with pytest.raises(NotReady):
        undo(change, scene)
    group_changes.drop(change, actor=scene.agnes, now=NOW)
    with pytest.raises(NotReady):
        confirm(change, scene)
    done = confirm(prepare(scene), scene)
    with pytest.raises(NotReady):
        group_changes.drop(done, actor=scene.agnes, now=NOW)


def test_nobody_to_book_for(scene):
    scene.audience = Audience("CP", frozenset())
    with pytest.raises(NobodyThere):
        prepare(scene)


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_worker_killed_at_any_step_goes_on_from_there(scene, monkeypatch, after):
    monkeypatch.setattr(group_changes, "AT_ONCE", 1)
    monkeypatch.setattr(group_changes, "FEW", 1)
    Session.objects.update(capacity=None)
    make.EnrolmentFactory(child=scene.zoe, activity=scene.canteen.activity, place=scene.offer.place)
    change = prepare(scene)
    assert change.state == GroupChange.State.CHECKING
    for kind, act in (
        (group_changes.CHECK, None),
        (group_changes.WRITE, confirm),
        (group_changes.UNDO, undo),
    ):
        if act:
            act(change, scene)
        job = jobs.last(change.subject, kind)
        killed(job, after)
        jobs.finish(job, lambda: NOW)
        change.refresh_from_db()
        if kind == group_changes.WRITE:
            assert len(booked()) == 12
            assert Receipt.objects.count() == 2
    assert (change.state, booked(), Receipt.objects.count()) == (GroupChange.State.UNDONE, set(), 4)


# --- moving


@pytest.fixture
def away(scene):
    """The canteen's works: two weeks at the other school, one place a day. Léa and Noé have booked the first days."""
    scene.there = make.PlaceFactory(name="Restaurant Pasteur")
    make.ServicePlaceFactory(service=scene.canteen, place=scene.there)
    scene.new = {
        day: make.SessionFactory(service=scene.canteen, place=scene.there, date=day, capacity=2)
        for day in scene.days
        if day != LAST
    }
    scene.bookings = [
        make.BookingFactory(
            child=child,
            session=scene.days[day],
            household=home.household,
            created_at=NOW - timedelta(days=9),
        )
        for child, home, day in [
            (scene.lea, scene.alice, FIRST),
            (scene.lea, scene.bob, FIRST + timedelta(days=1)),
            (scene.noe, scene.alice, FIRST),
            (scene.noe, scene.alice, LAST),
        ]
    ]
    scene.move = Move(scene.canteen.activity, scene.there, FIRST, LAST)
    return scene


def prepare_move(scene, now=NOW) -> GroupChange:
    return group_changes.prepare_move(
        scene.audience, scene.move, token=uuid4(), today=now.date(), actor=scene.agnes, now=now
    )


def world() -> list[tuple]:
    return [
        *Booking.objects.filter(state="booked")
        .order_by("pk")
        .values_list("pk", "child", "session", "household", "created_at", "cancelled_at"),
        *Enrolment.objects.order_by("pk").values_list("pk", "place", "stay_place", "stay_from", "stay_until"),
        *Absence.objects.order_by("pk").values_list("pk", "booking", "withdrawn_at"),
    ]


def test_a_move_is_tried_and_says_what_has_no_session(away):
    before = world()
    change = prepare_move(away)
    assert world() == before
    found = {
        (row.child.first_name, row.household_id): (row.possible, row.refusals) for row in change.lines.all()
    }
    alice, bob = away.alice.household.pk, away.bob.household.pk
    assert found["Léa", alice] == found["Léa", bob] == (1, [])
    assert found["Noé", alice] == (1, [["vendredi 18 décembre · Cantine", NO_SESSION]])


def test_moved_the_days_are_the_same_elsewhere_for_each_dossier(away):
    absences.tell_absences(away.alice.household, [away.bookings[0].pk], reason="", actor=away.agnes, now=NOW)
    confirm(prepare_move(away), away, reason="Travaux")
    assert booked(away.there) == {("Léa", FIRST), ("Léa", FIRST + timedelta(days=1)), ("Noé", FIRST)}
    assert booked(away.offer.place) == {("Noé", LAST)}
    new = Booking.objects.get(child=away.lea, session=away.new[FIRST])
    assert (new.household, new.created_at) == (away.alice.household, NOW - timedelta(days=9))
    assert Absence.objects.get().booking == new
    assert {r.household for r in Receipt.objects.all()} == {away.alice.household, away.bob.household}
    assert not Receipt.objects.filter(lines__is_late=True).exists()


def test_meanwhile_families_book_there_and_no_more_here(away):
    confirm(prepare_move(away), away, reason="Travaux")
    day = FIRST + timedelta(days=3)
    wish = Wish(away.noe.pk, away.new[day].pk, True)
    change_bookings(away.alice.household, [wish], token=uuid4(), actor=away.alice.user, now=NOW)
    old = check(
        away.alice.household,
        [Wish(away.noe.pk, away.days[day].pk, True)],
        actor=away.alice.user,
        now=NOW,
    )
    assert len(old.refused) == 1
    link = HouseholdChild.objects.get(child=away.noe)
    cells = {cell.date: cell.session_id for cell in month([link], date(2026, 12, 1), law(NOW)).cells}
    assert cells[day] == away.new[day].pk
    after = make.SessionFactory(service=away.canteen, place=away.offer.place, date=date(2026, 12, 21))
    cells = {cell.date: cell.session_id for cell in month([link], date(2026, 12, 1), law(NOW)).cells}
    assert cells[after.date] == after.pk


def test_no_room_elsewhere_leaves_the_child_where_it_is(away):
    away.new[FIRST].capacity = 1
    away.new[FIRST].save()
    confirm(prepare_move(away), away, reason="Travaux")
    assert len([pair for pair in booked(away.there) if pair[1] == FIRST]) == 1
    assert len([pair for pair in booked() if pair[1] == FIRST]) == 2


def test_undone_everything_is_back_as_it_was(away):
    absences.tell_absences(away.alice.household, [away.bookings[0].pk], reason="", actor=away.agnes, now=NOW)
    before = world()
    change = confirm(prepare_move(away), away, reason="Travaux")
    assert world() != before
    undo(change, away)
    assert world() == before
    assert [row.kept_back for row in change.lines.all()] == [0] * change.lines.count()


def test_who_is_already_away_is_not_moved_again(away):
    confirm(prepare_move(away), away, reason="Travaux")
    again = prepare_move(away)
    assert again.lines.get(child=away.noe).refusals == [["", AWAY]]
    assert again.data["enrolments"] == []


def test_an_enrolment_is_edited_around_the_stay(away):
    confirm(prepare_move(away), away, reason="Travaux")
    enrolment = away.noe.enrolments.get()
    seen = {"place": away.offer.place, "since": None, "until": None}
    with pytest.raises(StillBooked):  # the day that could not move is still here
        edit_enrolment(enrolment, {**seen, "place": away.there}, seen=seen, actor=away.agnes, now=NOW)
    edit_enrolment(enrolment, {**seen, "until": LAST}, seen=seen, actor=away.agnes, now=NOW)


def test_a_shared_child_has_a_line_for_each_of_its_homes(scene):
    share(scene, scene.alice)  # one week each, the first is Alice's
    change = prepare(scene)
    found = {row.household: row.possible for row in change.lines.filter(child=scene.lea)}
    assert found == {scene.alice.household: 2, scene.bob.household: 2}
    confirm(change, scene)
    rows = Booking.objects.filter(child=scene.lea).values_list("household", "session__date")
    assert {(home, day.isocalendar().week) for home, day in rows} == {
        (scene.alice.household.pk, 50),
        (scene.bob.household.pk, 51),
    }


WEEKLY_LIST = '\n[[waiting]]\nname = "Cantine"\nservices = ["cantine"]\nvalid_hours = 24\n'


def _waiting(scene) -> Booking:
    """Zoé waits for the first Monday."""
    make.EnrolmentFactory(child=scene.zoe, activity=scene.canteen.activity, place=scene.offer.place)
    scene.audience = Audience("CE1 A", frozenset({scene.lea.pk, scene.noe.pk}))
    return make.BookingFactory(
        child=scene.zoe,
        session=scene.days[FIRST],
        household=scene.charlie.household,
        state=Booking.State.WAITING,
    )


def test_who_waits_comes_before_a_class_and_after_its_undoing(scene):
    regulate(PRICES + WEEKLY_LIST)
    change = confirm(prepare(scene), scene)  # the two places of each day
    waiting = _waiting(scene)
    undo(change, scene)
    waiting.refresh_from_db()
    assert waiting.state == Booking.State.OFFERED
    Booking.objects.filter(pk=waiting.pk).update(state=Booking.State.WAITING, offered_until=None)
    confirm(prepare(scene), scene)
    waiting.refresh_from_db()
    assert waiting.state == Booking.State.OFFERED
    assert len({pair for pair in booked() if pair[1] == FIRST}) == 1


def test_a_move_gives_its_places_to_who_waits(away):
    regulate(PRICES + WEEKLY_LIST)
    waiting = _waiting(away)
    confirm(prepare_move(away), away, reason="Travaux")
    waiting.refresh_from_db()
    assert waiting.state == Booking.State.OFFERED
    assert len({pair for pair in booked(away.there) if pair[1] == FIRST}) == 2
