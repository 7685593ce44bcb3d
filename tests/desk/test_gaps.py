"""« Écarts » : what differs from the bookings is listed, and settled by an agent with a reason."""

from datetime import time
from uuid import uuid4

import pytest
from django.urls import reverse

from portail.attendance.models import Assignment, Settlement
from portail.bookings.models import Absence, Booking, Receipt
from portail.core.models import JournalEntry, OutboxMail
from tests import factories as make
from tests.attendance.lists import TODAY, assign, mark, session, touch
from tests.billing.test_presence import RULES
from tests.billing.town import regulate
from tests.desk.screens import errors

pytestmark = pytest.mark.django_db


@pytest.fixture
def lunch(cast, today):
    """Léa did not come, Noé left late, Zoé was not booked."""
    regulate(RULES)
    today.move_to(make.NOW.replace(hour=14))
    found = session(cast)
    make.BookingFactory(child=cast.lea, session=found, household=cast.alice.household)
    make.BookingFactory(child=cast.noe, session=found, household=cast.alice.household)
    now = make.NOW.replace(hour=14)
    mark(
        cast.agnes,
        touch(found, cast.lea, "absent"),
        touch(found, cast.noe, "left", hour=time(13, 52)),
        touch(found, cast.zoe, "unexpected"),
        now=now,
    )
    return found


def page_of(found, child, kind):
    return reverse("desk:gap", args=[found.pk, child.pk, kind])


def decide(client, found, child, kind, choice, *, reason="Malentendu", **more):
    shown = client.get(page_of(found, child, kind)).context["form"].initial
    data = {"token": shown["token"], "seen": shown["seen"] or "", "choice": choice, "reason": reason, **more}
    return client.post(page_of(found, child, kind), data)


def listed(client, **asked):
    page = client.get(reverse("desk:gaps"), asked)
    return [(gap.child.first_name, str(gap.fact.kind)) for gap in page.context["page"]]


def test_all_that_differs_is_listed_and_narrowed(desk, cast, lunch):
    everything = [("Zoé", "unbooked"), ("Noé", "late-pick-up"), ("Léa", "no-show")]
    assert sorted(listed(desk)) == sorted(everything)
    assert listed(desk, kind="no-show") == [("Léa", "no-show")]
    assert listed(desk, state="regles") == []
    assert listed(desk, first="2026-11-01", last="2026-11-23") == []
    assert desk.get(reverse("desk:gaps"), {"first": "2026-12-01", "last": "x"}).status_code == 422


def test_lists_left_unfinished_and_guests_are_told(desk, cast, lunch):
    child = make.ChildFactory(first_name="Tom")
    make.BookingFactory(child=child, session=lunch, household=cast.alice.household)
    token = uuid4()
    mark(cast.agnes, touch(lunch, None, "unexpected", token=token, guest=token, text="Malo"))
    context = desk.get(reverse("desk:gaps")).context
    assert [(each.session, each.waited, each.marked) for each in context["lists"]] == [(lunch, 1, 2)]
    assert [guest.name for guest in context["guests"]] == ["Malo"]


def test_a_no_show_becomes_an_absence_by_the_service(desk, cast, lunch):
    before = desk.get(page_of(lunch, cast.lea, "no-show"))
    assert "1,50 € : absent sans avoir prévenu" in before.content.decode()
    answer = decide(desk, lunch, cast.lea, "no-show", "absence", absence="maladie")
    assert answer.url == reverse("desk:gaps")
    absence = Absence.objects.get()
    made = Settlement.objects.get()
    assert (absence.reason, absence.comment, absence.told_by) == ("maladie", "Malentendu", cast.agnes)
    assert (made.decision, made.absence, made.reason) == ("waived", absence, "Malentendu")
    assert OutboxMail.objects.filter(kind="bookings/mail/absence").exists()
    subjects = JournalEntry.objects.filter(verb="attendance.settled").values_list("subject", flat=True)
    assert set(subjects) == {f"session:{lunch.pk}", cast.alice.household.journal_subject}
    assert "Rien n'est demandé" in desk.get(page_of(lunch, cast.lea, "no-show")).content.decode()
    assert listed(desk, state="regles") == [("Léa", "no-show")]


def test_an_unbooked_child_is_booked_afterwards_with_a_receipt(desk, cast, lunch):
    decide(desk, lunch, cast.zoe, "unbooked", "book-waive")
    booking = Booking.objects.get(child=cast.zoe)
    assert (booking.state, booking.household) == ("booked", cast.charlie.household)
    receipt = Receipt.objects.get()
    assert (receipt.by_service, receipt.reason) == (True, "Malentendu")
    made = Settlement.objects.get()
    assert (made.booking, made.decision) == (booking, "waived")


def test_who_answers_for_a_shared_child_must_be_said(desk, cast, lunch):
    Booking.objects.filter(child=cast.lea).delete()
    mark(cast.agnes, touch(lunch, cast.lea, "present", minutes=1), now=make.NOW.replace(hour=14))
    refused = decide(desk, lunch, cast.lea, "unbooked", "book")
    assert refused.status_code == 422
    assert "Dites quel dossier" in refused.content.decode()
    decide(desk, lunch, cast.lea, "unbooked", "book", household=cast.bob.household.pk)
    assert Booking.objects.get(child=cast.lea).household == cast.bob.household


def test_a_decision_is_posted_twice_once_and_replaced_knowingly(desk, cast, lunch):
    url = page_of(lunch, cast.noe, "late-pick-up")
    shown = desk.get(url).context["form"].initial
    data = {"token": shown["token"], "seen": "", "choice": "waive", "reason": "Bus en panne"}
    for _ in range(2):
        assert desk.post(url, data).status_code == 302
    assert Settlement.objects.count() == 1
    late = desk.post(url, {**data, "token": uuid4(), "choice": "charge"})
    assert late.status_code == 422
    assert "Agnès Mairie a décidé entre-temps" in late.content.decode()
    decide(desk, lunch, cast.noe, "late-pick-up", "charge", reason="Pas de panne")
    assert list(Settlement.objects.order_by("pk").values_list("decision", "is_current")) == [
        ("waived", False),
        ("charged", True),
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"reason": ""}, "reason"), ({"choice": "burn"}, "choice"), ({"token": "x"}, "token")],
)
def test_a_decision_badly_made_is_refused_and_kept(desk, cast, lunch, change, field):
    url = page_of(lunch, cast.noe, "late-pick-up")
    data = {"token": uuid4(), "choice": "waive", "reason": "Bus en panne", **change}
    answer = desk.post(url, data)
    assert (answer.status_code, list(errors(answer))) == (422, [field])
    assert not Settlement.objects.exists()


@pytest.mark.parametrize("kind", ["no-show", "eaten"])
def test_what_does_not_differ_has_no_page(desk, cast, lunch, kind):
    assert desk.get(page_of(lunch, cast.noe, kind)).status_code == 404


def test_queries_do_not_grow(desk, cast, lunch, django_assert_num_queries):
    url = reverse("desk:gaps")
    desk.get(url)
    for size in (0, 4):
        for _ in range(size):
            child = make.ChildFactory()
            make.BookingFactory(child=child, session=lunch, household=cast.alice.household)
            mark(cast.agnes, touch(lunch, child, "absent"))
        with django_assert_num_queries(18):
            desk.get(url)


def test_a_leader_is_given_places_and_loses_the_others(administration, cast):
    url = reverse("desk:user_places", args=[cast.lou.pk])
    assign(cast.lou, make.PlaceFactory(name="Ancien"))
    place = cast.offer.place_id
    administration.post(url, {"places": [f"{place}-{cast.canteen.pk}"]})
    assert list(Assignment.objects.values_list("place", "service")) == [(place, cast.canteen.pk)]
    administration.post(url, {"places": [f"{place}", f"{place}-{cast.canteen.pk}"]})
    assert list(Assignment.objects.values_list("place", "service")) == [(place, None)]
    assert JournalEntry.objects.filter(verb="user.assigned").count() == 2
    administration.post(url, {"places": ["99999"]})
    assert Assignment.objects.count() == 1
    page = administration.get(reverse("desk:user", args=[cast.lou.pk])).content.decode()
    assert "Lieux confiés" in page
    assert (
        "Lieux confiés" not in administration.get(reverse("desk:user", args=[cast.remi.pk])).content.decode()
    )


def test_a_leader_sees_at_the_desk_the_lists_of_its_places_alone(client, cast, today):
    mine = session(cast)
    session(cast, place=make.PlaceFactory(name="Centre"))
    assign(cast.lou, cast.offer.place)
    client.force_login(cast.lou)
    page = client.get(reverse("desk:lists"), {"date": TODAY.isoformat()})
    assert list(page.context["sessions"]) == [mine]
