"""Closing for a class alone: its lunch, not the others'; undone as if it had never been; whoever dies meanwhile."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portail.activities.actions.closings import NothingToClose, Selection
from portail.activities.models import Closing, Session
from portail.bookings.actions import RecapChanged, Wish, change_bookings, check, closing_families, closings
from portail.bookings.models import Booking, ChildClosing, Receipt
from portail.bookings.queries import law, month
from portail.bookings.queries.audiences import Audience, of_class, of_group
from portail.bookings.queries.touched import fingerprint
from portail.bookings.standing import State
from portail.core import jobs
from portail.core.models import JournalEntry, OutboxMail
from portail.families.models import HouseholdChild, Schooling
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY, NEXT = date(2026, 12, 3), date(2026, 12, 4)
ONE, BOTH = Selection(DAY, DAY), Selection(DAY, NEXT)


@pytest.fixture
def scene(cast):
    """Léa's class, without Noé; both booked on Thursday, Léa on Friday too."""
    cast.ce1 = make.SchoolClassFactory(name="CE1 A")
    Schooling.objects.filter(child=cast.lea).update(school_class=cast.ce1)
    cast.thursday, cast.friday = (
        make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=day, capacity=3)
        for day in (DAY, NEXT)
    )
    for child, session in ((cast.lea, cast.thursday), (cast.noe, cast.thursday), (cast.lea, cast.friday)):
        make.BookingFactory(child=child, session=session, household=cast.alice.household)
    return cast


def close(selection, audience, reason="Sortie au musée", message="", token=None, now=NOW) -> Closing:
    seen = fingerprint(closings.touched_by(selection, audience))
    said = closings.Said(reason, message, token)
    return closings.close(selection, said, seen=seen, actor=None, now=now, audience=audience)


def reopen(closing, now=NOW):
    return closings.reopen(closing, give_back=True, actor=None, now=now)


def booked() -> set[tuple[str, date]]:
    return set(Booking.objects.active().values_list("child__first_name", "session__date"))


def world() -> list[tuple]:
    """Everything that a closing changes of the bookings and the sessions."""
    return [
        *Booking.objects.order_by("pk").values_list(
            "pk", "child", "session", "household", "state", "created_at", "cancelled_at"
        ),
        *Session.objects.order_by("pk").values_list("pk", "closing", "capacity"),
        *ChildClosing.objects.values_list("child", "session"),
    ]


def test_only_the_class_loses_its_lunch(scene):
    closing = close(ONE, of_class(scene.ce1), message="Pique-nique à prévoir.")
    assert booked() == {("Noé", DAY), ("Léa", NEXT)}
    assert Session.objects.filter(closing=None).count() == 2
    assert closing.audience == "CE1 A, École Jules-Verne"
    receipt = Receipt.objects.get()
    assert (receipt.closing, receipt.household, receipt.reason) == (
        closing,
        scene.alice.household,
        "Sortie au musée",
    )
    mail = OutboxMail.objects.get()
    assert "Pique-nique à prévoir." in mail.text
    assert "Pique-nique à prévoir." in mail.html
    assert "Léa" not in mail.subject_line
    assert JournalEntry.objects.filter(verb="closing.created", summary__contains="pour CE1 A").exists()


def test_nobody_of_the_class_books_there_any_more_and_the_others_do(scene):
    close(ONE, of_class(scene.ce1))
    Booking.objects.filter(child=scene.noe).update(state=Booking.State.CANCELLED)
    wishes = [Wish(child.pk, scene.thursday.pk, True) for child in (scene.lea, scene.noe)]
    for as_service in (False, True):
        found = check(scene.alice.household, wishes, actor=scene.agnes, now=NOW, as_service=as_service)
        assert [change.child for change in found.added] == [scene.noe]
        (refused,) = found.refused
        assert (refused.standing.state, refused.child) == (State.CLOSED, scene.lea)
        assert "Sortie au musée" in str(refused.standing.why)
    with pytest.raises(RecapChanged):
        change_bookings(scene.alice.household, [wishes[0]], token=uuid4(), actor=scene.alice.user, now=NOW)


@pytest.mark.parametrize(("child", "state"), [("lea", State.CLOSED), ("noe", State.BOOKED)])
def test_the_planning_names_the_outing_to_whom_it_concerns(scene, child, state):
    close(ONE, of_class(scene.ce1))
    link = HouseholdChild.objects.get(child=getattr(scene, child), household=scene.alice.household)
    found = month([link], date(2026, 12, 1), law(NOW))
    (cell,) = [cell for cell in found.cells if cell.date == DAY]
    assert cell.standing.state == state
    assert ("Sortie au musée" in str(cell.standing.why)) == (state == State.CLOSED)


def test_a_group_is_those_whom_their_enrolment_puts_there(scene):
    scene.noe.enrolments.update(group="Petits")
    audience = of_group(scene.canteen.activity, "Petits", make.SchoolYearFactory())
    assert audience.children == {scene.noe.pk}
    close(ONE, audience)
    assert booked() == {("Léa", DAY), ("Léa", NEXT)}


def test_the_same_form_twice_closes_once(scene):
    audience, token = of_class(scene.ce1), uuid4()
    seen = fingerprint(closings.touched_by(ONE, audience))
    said = closings.Said("Sortie", "", token)
    found = {
        closings.close(ONE, said, seen=seen, actor=None, now=NOW, audience=audience).pk for _ in range(2)
    }
    assert len(found) == 1
    assert (Receipt.objects.count(), OutboxMail.objects.count()) == (1, 1)


def test_a_class_that_books_nowhere_has_nothing_to_close(scene):
    with pytest.raises(NothingToClose):
        close(ONE, Audience("CP", frozenset({make.ChildFactory().pk})))
    close(ONE, of_class(scene.ce1))
    with pytest.raises(NothingToClose):
        close(ONE, of_class(scene.ce1))


def test_somebody_booked_meanwhile(scene):
    with pytest.raises(closings.OthersTouched):
        closings.close(
            ONE, closings.Said("Sortie"), seen="x", actor=None, now=NOW, audience=of_class(scene.ce1)
        )
    assert not ChildClosing.objects.exists()


def test_what_was_told_before_stays_with_a_booking_given_back(scene):
    """The same row lives again: its absence, its charge, its moment (nothing becomes late by a closing)."""
    Booking.objects.filter(child=scene.noe).update(state=Booking.State.WAITING)
    before = world()
    late = NOW + timedelta(days=8)  # past every deadline of Thursday
    done = reopen(close(Selection(DAY, DAY), None, now=late), now=late)
    assert (done.given_back, done.not_given_back) == (2, 0)
    assert world() == before
    back = Receipt.objects.filter(closing=None).get().lines.get(change="added")
    assert (back.is_late, back.change) == (False, "added")


CHOICES = st.lists(
    st.tuples(st.sampled_from(["ONE", "BOTH"]), st.sampled_from(["all", "class"]), st.booleans()), max_size=4
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CHOICES)
def test_closings_undone_in_any_order_leave_everything_as_it_was(scene, choices):
    """close ∘ undo = identity, whatever closings stand above each other."""
    before = world()
    made = []
    for days, whom, at_the_end in choices:
        try:
            closing = close(
                {"ONE": ONE, "BOTH": BOTH}[days], of_class(scene.ce1) if whom == "class" else None
            )
        except NothingToClose:
            continue
        made.insert(0 if at_the_end else len(made), closing)
    for closing in sorted(made, key=lambda closing: -closing.pk):
        reopen(closing)
    assert world() == before


@pytest.fixture
def crowd(scene, monkeypatch):
    """Five families at the canteen, dealt with two at a time."""
    monkeypatch.setattr(closing_families, "AT_ONCE", 2)
    monkeypatch.setattr(closings, "AT_ONCE", 2)
    Session.objects.update(capacity=None)
    for number in range(4):
        child = make.ChildFactory()
        household = make.HouseholdFactory(number=str(8000 + number), name=f"FAMILLE {number}")
        make.AdultFactory(household=household, email=f"f{number}@exemple.fr")
        make.HouseholdChildFactory(household=household, child=child)
        make.EnrolmentFactory(child=child, activity=scene.canteen.activity, place=scene.offer.place)
        make.BookingFactory(child=child, session=scene.thursday, household=household)
    return scene


def killed(job, after: int) -> None:
    """Work, then die after some batches."""
    work = jobs._function(job.kind)(job, lambda: NOW)
    for _ in range(after):
        next(work)
    work.close()


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_worker_killed_in_between_goes_on_from_there(crowd, after):
    before = world()
    closing = close(ONE, None)
    assert Booking.objects.active().count() == 7  # the worker has them
    job = jobs.last(f"closing:{closing.pk}", closing_families.CLOSE)
    killed(job, after)
    jobs.finish(job, lambda: NOW)
    assert booked() == {("Léa", NEXT)}
    assert (Receipt.objects.count(), OutboxMail.objects.count()) == (5, 5)
    done = reopen(closing)
    assert (done.later, done.given_back) == (5, 0)
    job = jobs.last(f"closing:{closing.pk}", closing_families.REOPEN)
    killed(job, after)
    job.refresh_from_db()
    jobs.finish(job, lambda: NOW)
    job.refresh_from_db()
    assert (job.data["given_back"], job.data["not_given_back"]) == (6, 0)
    assert (Receipt.objects.count(), OutboxMail.objects.count()) == (10, 10)
    assert world() == before


def test_lifting_a_closing_stops_the_worker_that_was_still_at_it(crowd):
    before = world()
    closing = close(ONE, None)
    job = jobs.last(f"closing:{closing.pk}")
    killed(job, 1)
    reopen(closing)
    jobs.finish(job, lambda: NOW)
    assert Receipt.objects.filter(closing=closing).count() == 2
    assert world() == before
