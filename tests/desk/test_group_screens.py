"""A class booked, a group moved: asked, read child by child, confirmed, undone; every refusal keeps what was typed."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from portail.bookings.actions import group_changes
from portail.bookings.models import Booking, Enrolment, GroupChange, GroupChangeLine, Receipt
from portail.core import jobs
from portail.core.models import Job
from portail.families.models import Schooling
from tests import factories as make
from tests.desk.screens import errors, post, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(desk, cast):
    """Léa and Noé are in CE1 A; lunches on the Monday and the Tuesday of a week."""
    cast.ce1 = make.SchoolClassFactory(name="CE1 A")
    Schooling.objects.filter(child__in=[cast.lea, cast.noe]).update(school_class=cast.ce1)
    cast.sessions = [
        make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=date(2026, 12, day))
        for day in (7, 8)
    ]
    cast.desk = desk
    return cast


def book(school, **more):
    values = {
        "classe": school.ce1.pk,
        "prestations": [school.canteen.pk],
        "jours": ["0", "1"],
        "du": "2026-12-07",
        "au": "2026-12-11",
        "token": uuid4(),
    }
    return post(school.desk, "group_book", **(values | more))


def page(school, change) -> str:
    return school.desk.get(reverse("desk:group", args=[change.pk])).content.decode()


def test_a_class_is_booked_read_confirmed_and_undone(school):
    done = book(school)
    change = GroupChange.objects.get()
    assert done.url == reverse("desk:group", args=[change.pk])
    told = page(school, change)
    assert "CE1 A, École Jules-Verne : Cantine, du 07/12/2026 au 11/12/2026" in told
    assert "<strong>4 jours</strong> pour 2 enfants" in told
    assert "Réserver et prévenir" in told
    assert not Booking.objects.exists()
    ids = list(change.lines.values_list("pk", flat=True))
    ok = post(school.desk, "group_confirm", change.pk, shown=ids, keep=ids, reason="Demande de l'école")
    assert "C'est confirmé" in said(ok)[-1]
    assert Booking.objects.filter(state="booked").count() == 4
    assert "Ce qui est fait" in page(school, change)
    asked = post(school.desk, "group_undo", change.pk)
    assert "Annuler toute l" in asked.content.decode()
    assert Booking.objects.filter(state="booked").count() == 4
    post(school.desk, "group_undo", change.pk, confirmed="1")
    assert Booking.objects.filter(state="booked").count() == 0
    assert "Annulée" in page(school, change)
    assert "CE1 A" in school.desk.get(reverse("desk:groups")).content.decode()


def test_an_unticked_child_is_left_out(school):
    book(school)
    change = GroupChange.objects.get()
    lea, noe = (change.lines.get(child=child).pk for child in (school.lea, school.noe))
    post(school.desk, "group_confirm", change.pk, shown=[lea, noe], keep=[noe], leave="1", page="1")
    assert list(change.lines.filter(is_kept=False)) == [GroupChangeLine.objects.get(pk=lea)]
    post(school.desk, "group_confirm", change.pk, shown=[lea, noe], keep=[lea, noe], leave="1", page="é")
    assert change.lines.filter(is_kept=True).count() == 2
    post(school.desk, "group_confirm", change.pk, shown=[lea, noe], keep=[lea])
    assert set(Booking.objects.values_list("child", flat=True)) == {school.lea.pk}
    assert "Écarté" in page(school, change)


def test_two_clicks_prepare_and_book_once(school):
    token = uuid4()
    assert book(school, token=token).url == book(school, token=token).url
    change = GroupChange.objects.get()
    for _ in range(2):
        post(school.desk, "group_confirm", change.pk)
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"classe": ""}, "classe"),
        ({"classe": "999999"}, "classe"),
        ({"prestations": []}, "prestations"),
        ({"jours": ["9"]}, "jours"),
        ({"jours": []}, "jours"),
        ({"au": "2026-12-01"}, "au"),
        ({"du": "hier"}, "du"),
        ({"token": "x"}, "token"),
    ],
)
def test_what_is_badly_asked_is_said_and_kept(school, more, field):
    refused = book(school, **more)
    assert list(errors(refused)) == [field]
    assert not GroupChange.objects.exists()
    assert 'value="2026-12-11"' in refused.content.decode() or field == "au"


def test_an_empty_class_says_so(school):
    empty = make.SchoolClassFactory(name="CE2")
    assert "Aucun enfant" in errors(book(school, classe=empty.pk))["classe"][0]


def test_a_prepared_operation_is_dropped_and_never_done(school):
    book(school)
    change = GroupChange.objects.get()
    assert "abandonnée" in said(post(school.desk, "group_drop", change.pk))[-1]
    assert "ne peut plus" in said(post(school.desk, "group_confirm", change.pk))[-1]
    assert "ne peut pas" in said(post(school.desk, "group_undo", change.pk))[-1]
    assert not Booking.objects.exists()


def test_after_the_limit_a_reason_is_asked(school, today):
    today.move_to("2026-12-07 07:00:00+00:00")
    book(school)
    change = GroupChange.objects.get()
    assert "après la date limite" in page(school, change)
    refused = post(school.desk, "group_confirm", change.pk, past_deadlines="on")
    assert list(errors(refused)) == ["reason"]
    post(school.desk, "group_confirm", change.pk, past_deadlines="on", reason="Oubli du service")
    assert Booking.objects.filter(session__date=date(2026, 12, 7)).count() == 2


def test_a_group_goes_elsewhere_and_comes_back(school):
    there = make.PlaceFactory(name="Restaurant Pasteur")
    asked = {
        "classe": school.ce1.pk,
        "activite": school.canteen.activity_id,
        "lieu": there.pk,
        "du": "2026-12-07",
        "au": "2026-12-18",
        "token": uuid4(),
    }
    assert list(errors(post(school.desk, "group_move", **asked))) == ["lieu"]
    make.ServicePlaceFactory(service=school.canteen, place=there)
    make.SessionFactory(service=school.canteen, place=there, date=date(2026, 12, 7))
    for session in school.sessions:
        make.BookingFactory(child=school.lea, session=session, household=school.alice.household)
    post(school.desk, "group_move", **asked)
    change = GroupChange.objects.get()
    told = page(school, change)
    assert "<strong>1 jour</strong> pour 2 enfants" in told
    assert "mardi 8 décembre · Cantine : Pas de séance ce jour-là" in told
    assert list(errors(post(school.desk, "group_confirm", change.pk))) == ["reason"]
    post(school.desk, "group_confirm", change.pk, reason="Travaux")
    assert Booking.objects.filter(session__place=there, state="booked").count() == 1
    assert Enrolment.objects.filter(stay_place=there).count() == 2
    family = school.desk.get(reverse("desk:household", args=[school.alice.household.pk])).content.decode()
    assert "à Restaurant Pasteur du 07/12/2026 au 18/12/2026" in family
    post(school.desk, "group_undo", change.pk, confirmed="1")
    assert not Booking.objects.filter(session__place=there, state="booked").exists()
    assert not Enrolment.objects.exclude(stay_place=None).exists()


def test_the_sheet_tells_each_child(school):
    book(school)
    lines = school.desk.get(reverse("desk:group_csv", args=[GroupChange.objects.get().pk]))
    rows = lines.content.decode("utf-8-sig").splitlines()
    assert rows[1:] == ["7001;Martin;Léa;oui;2;0;0;;", "7001;Martin;Noé;oui;2;0;0;;"]


def test_the_worker_is_followed_and_taken_up_again(school, monkeypatch):
    monkeypatch.setattr(group_changes, "FEW", 0)
    book(school)
    change = GroupChange.objects.get()
    assert 'id="progress"' in page(school, change)
    Job.objects.update(state=Job.State.FAILED)
    assert "Reprendre" in page(school, change)
    post(school.desk, "group_resume", change.pk)
    jobs.finish(jobs.last(change.subject), lambda: make.NOW)
    assert "Réserver et prévenir" in page(school, change)


def test_a_crowd_costs_the_same_and_stays_light(school, django_assert_num_queries):
    book(school)
    change = GroupChange.objects.get()
    for count in (1, 59):
        for number in range(count):
            household = make.HouseholdFactory(name=f"FAMILLE {count}-{number}")
            why = [["lundi 7 décembre · Cantine", "Complet"]]
            GroupChangeLine.objects.create(
                change=change, household=household, child=make.ChildFactory(), refusals=why
            )
        with django_assert_num_queries(9):
            response = school.desk.get(reverse("desk:group", args=[change.pk]))
    assert len(response.content) < 40_000
    assert "Garder ces coches" in response.content.decode()
