"""Closing sessions: who is touched is shown, then told; and the way back."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from portail.activities.models import Closing, Session
from portail.bookings.models import Booking
from portail.core import jobs
from portail.core.models import Job, OutboxMail
from portail.families.models import Schooling
from tests import factories as make
from tests.desk.screens import errors, post, said

pytestmark = pytest.mark.django_db
DAY = {"du": "2026-12-03", "au": "2026-12-03"}


@pytest.fixture
def session(cast):
    found = make.SessionFactory(service=cast.canteen, place=cast.offer.place, capacity=3)
    for child, family in ((cast.lea, cast.alice), (cast.noe, cast.alice), (cast.zoe, cast.charlie)):
        make.BookingFactory(child=child, session=found, household=family.household)
    return found


def address(**asked) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"{reverse('desk:closing_new')}?{query}"


def close(desk, seen=None, reason="Panne de chauffage", **asked):
    seen = desk.get(address(**asked)).context["seen"] if seen is None else seen
    return desk.post(address(**asked), {"reason": reason, "seen": seen})


def test_who_is_touched_is_counted_and_named(desk, session):
    page = desk.get(address(**DAY)).content.decode()
    assert "1 séance à fermer" in page
    assert "3 réservations de 2 familles" in page
    assert "7001 MARTIN" in page
    assert "Léa, Noé" in page
    assert "Fermer, annuler et prévenir" in page


def test_closing_tells_everybody_and_is_listed(desk, session):
    done = close(desk, **DAY)
    closing = Closing.objects.get()
    assert done.url == reverse("desk:closing", args=[closing.pk])
    assert OutboxMail.objects.count() == 2
    page = desk.get(done.url).content.decode()
    assert "7001 MARTIN" in page
    assert "Cantine · Restaurant Jules-Verne : 1 jour" in page
    assert "Panne de chauffage" in desk.get(reverse("desk:closings")).content.decode()


def test_two_clicks_close_once(desk, session):
    seen = desk.get(address(**DAY)).context["seen"]
    assert close(desk, seen, **DAY).url == close(desk, seen, **DAY).url
    assert (Closing.objects.count(), OutboxMail.objects.count()) == (1, 2)


def test_a_booking_made_meanwhile_is_shown_before_anything_is_closed(desk, session, cast):
    seen = desk.get(address(**DAY)).context["seen"]
    make.BookingFactory(child=make.ChildFactory(), session=session, household=cast.bob.household)
    response = close(desk, seen, **DAY)
    assert "rien n'est fermé" in errors(response, "reason_form")["__all__"][0]
    page = response.content.decode()
    assert "4 réservations de 3 familles" in page
    assert 'value="Panne de chauffage"' in page
    assert not Closing.objects.exists()
    assert close(desk, response.context["seen"], **DAY).status_code == 302


@pytest.mark.parametrize("reason", ["", "   ", "a" * 201])
def test_a_closing_needs_a_reason_to_give(desk, session, reason):
    assert list(errors(close(desk, reason=reason, **DAY), "reason_form")) == ["reason"]
    assert not Closing.objects.exists()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"du": "2026-12-04", "au": "2026-12-03"}, "au"),
        ({"du": "2026-02-30", "au": "2026-12-03"}, "du"),
        ({"du": "", "au": "2026-12-03"}, "du"),
        ({"du": "2026-12-03", "au": "2036-12-03"}, "au"),
        ({**DAY, "ecole": "999999"}, "ecole"),
        ({**DAY, "lieu": "là"}, "lieu"),
        ({**DAY, "prestation": "-1"}, "prestation"),
    ],
)
def test_a_choice_badly_made_is_refused(desk, session, asked, field):
    assert list(errors(desk.get(address(**asked)))) == [field]
    assert list(errors(desk.post(address(**asked), {"reason": "x"}))) == [field]
    assert not Closing.objects.exists()


def test_nothing_to_close_is_said(desk, session):
    page = desk.get(address(du="2026-12-24", au="2026-12-25")).content.decode()
    assert "Rien à fermer" in page
    refused = close(desk, "", du="2026-12-24", au="2026-12-25")
    assert "plus rien à fermer" in errors(refused, "reason_form")["__all__"][0]


def test_a_school_closes_its_places_alone(desk, session, cast):
    school = make.SchoolFactory(name="École du Port")
    cast.offer.place.school = school
    cast.offer.place.save()
    elsewhere = make.SessionFactory(service=cast.canteen, place__name="Centre")
    close(desk, **DAY, ecole=school.pk)
    assert list(Session.objects.filter(closing=None)) == [elsewhere]


def test_reopening_gives_back_on_demand(desk, session):
    close(desk, **DAY)
    closing = Closing.objects.get()
    done = post(desk, "closing_reopen", closing.pk, give_back="1")
    assert said(done)[-1].startswith("1 séance rouverte. Réservations rétablies : 2 ; non rétablies : 1.")
    assert Booking.objects.active().count() == 2  # Zoé is not enrolled in the canteen
    again = post(desk, "closing_reopen", closing.pk, give_back="1")
    assert "déjà levée" in said(again)[-1]
    assert Booking.objects.active().count() == 2
    assert "Levée" in desk.get(reverse("desk:closing", args=[closing.pk])).content.decode()


def test_two_weeks_of_a_whole_town_stay_a_light_page(desk, cast, django_assert_max_num_queries):
    days = [
        make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=date(2026, 12, n))
        for n in (1, 3, 4)
    ]
    for number in range(60):
        household = make.HouseholdFactory(number=str(8000 + number), name=f"FAMILLE {number:02}")
        child = make.ChildFactory()
        for session in days:
            make.BookingFactory(child=child, session=session, household=household)
    asked = {"du": "2026-12-01", "au": "2026-12-04"}
    with django_assert_max_num_queries(12):
        page = desk.get(address(**asked))
    assert "180 réservations de 60 familles" in page.content.decode()
    assert "FAMILLE 59" not in page.content.decode()
    assert "FAMILLE 59" in desk.get(address(**asked, page=2)).content.decode()


def test_lists_cost_the_same_with_more_closings(desk, django_assert_num_queries):
    for _ in range(3):
        make.ClosingFactory()
        with django_assert_num_queries(5):
            desk.get(reverse("desk:closings"))


@pytest.fixture
def outing(session, cast):
    """Léa's class goes out; it books lunch at two places of a child, Noé stays."""
    found = make.SchoolClassFactory(name="CE1 A")
    Schooling.objects.filter(child=cast.lea).update(school_class=found)
    return {**DAY, "classe": found.pk}


def test_a_class_alone_is_named_and_its_message_kept(desk, session, outing):
    page = desk.get(address(**outing)).content.decode()
    assert "Pour <strong>CE1 A, École Jules-Verne</strong> seulement : 1 enfant" in page
    assert "1 réservation de 1 famille" in page
    assert "rien ne sera demandé pour ces jours" in page
    seen = desk.get(address(**outing)).context["seen"]
    done = desk.post(
        address(**outing), {"reason": "Sortie", "seen": seen, "message": "Pique-nique.", "token": uuid4()}
    )
    page = desk.get(done.url).content.decode()
    assert "Pique-nique." in page
    assert "Pour CE1 A, École Jules-Verne seulement (1 enfant)" in page
    assert Booking.objects.active().count() == 2
    assert "CE1 A" in desk.get(reverse("desk:closings")).content.decode()
    opened = post(desk, "closing_reopen", Closing.objects.get().pk, give_back="1")
    assert "Réservations rétablies : 1 ; non rétablies : 0" in said(opened)[-1]
    assert Booking.objects.active().count() == 3


def test_who_is_touched_leaves_for_a_spreadsheet(desk, session, outing):
    query = "&".join(f"{name}={value}" for name, value in outing.items())
    sheet = desk.get(f"{reverse('desk:closing_csv')}?{query}").content.decode("utf-8-sig").splitlines()
    assert sheet[0].startswith("Dossier;Famille;Nom;Prénom;Date")
    assert sheet[1:] == ["7001;MARTIN;Martin;Léa;03/12/2026;Cantine;Restaurant Jules-Verne;Réservé"]
    assert desk.get(reverse("desk:closing_csv")).url == reverse("desk:closing_new")


@pytest.mark.parametrize(
    ("more", "field"), [({"classe": "999999"}, "classe"), ({"groupe": "1-1-Petits"}, "groupe")]
)
def test_an_unknown_class_or_group_is_refused(desk, session, cast, more, field):
    cast.noe.enrolments.update(group="Grands")
    assert list(errors(desk.get(address(**DAY, **more)))) == [field]


def test_a_class_and_a_group_together_are_refused(desk, session, outing, cast):
    cast.noe.enrolments.update(group="Grands")
    enrolment = cast.noe.enrolments.get()
    group = f"{enrolment.activity_id}-{enrolment.school_year_id}-Grands"
    assert list(errors(desk.get(address(**outing, groupe=group)))) == ["groupe"]


def test_what_is_already_invoiced_is_told_with_its_amount(desk, session, cast):
    account = make.AccountFactory(household=cast.alice.household)
    line = make.InvoiceLineFactory(invoice=make.InvoiceFactory(account=account), child=cast.lea)
    make.ChargeFactory(
        account=account,
        kind="booking",
        key="booking:1",
        line=line,
        amount="3.20",
        booking=Booking.objects.get(child=cast.lea),
    )
    page = desk.get(address(**DAY)).content.decode()
    assert "1 est déjà facturée" in page
    assert "3,20" in page


def test_work_that_stopped_is_taken_up_again(desk, session):
    close(desk, **DAY)
    closing = Closing.objects.get()
    job = jobs.start("bookings.close", f"closing:{closing.pk}", now=make.NOW)
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, attempts=5)
    assert "Reprendre" in desk.get(reverse("desk:closing", args=[closing.pk])).content.decode()
    assert "reprend" in said(post(desk, "closing_resume", closing.pk))[-1]
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.WAITING, 0)
    post(desk, "closing_resume", closing.pk)
    assert Job.objects.count() == 1
