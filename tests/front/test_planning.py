"""The planning as a parent uses it: look, tick, check, save."""

import html
import re
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from portail.activities.models import CalendarEntry, Closing, SchoolYear
from portail.bookings.models import Booking, Enrolment, Receipt
from portail.families.models import HouseholdChild
from tests import factories as make
from tests.bookings.sayings import IN_TIME, MONDAY, PARIS, TOO_LATE, booked, session, week

pytestmark = pytest.mark.django_db
DECEMBER = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(IN_TIME, tick=False) as traveller:
        yield traveller


def month_url(child, first=DECEMBER):
    return reverse("front:month", args=[child.pk, first])


def hidden(response, name):
    return re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())[1]


def text_of(response):
    """The words of the page, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def check(client, child, ticked, *, shown=()):
    data = {"s": [s.pk for s in ticked], "shown": ".".join(str(s.pk) for s in shown)}
    return client.post(month_url(child), data)


def save(client, recap, step="save"):
    data = {name: hidden(recap, name) for name in ("add", "remove", "token", "child", "month")}
    return client.post(reverse("front:planning_save"), data | {"step": step})


@pytest.fixture
def alice(client, cast):
    client.force_login(cast.alice.user)
    return client


# --- the month
def test_the_month_says_how_each_day_stands(alice, cast):
    monday, tuesday, thursday, friday = week(cast)
    make.BookingFactory(child=cast.lea, session=monday, household=cast.alice.household)
    tuesday.capacity = 0
    tuesday.save()
    thursday.closing = Closing.objects.create(
        reason="Sortie au zoo", start=MONDAY, end=MONDAY, created_at=make.NOW
    )
    thursday.save()
    make.BookingFactory(child=cast.lea, session=friday, household=cast.bob.household)
    response = alice.get(month_url(cast.lea))
    assert response.status_code == 200
    page = response.content.decode()
    assert f'value="{monday.pk}" aria-label="Cantine, lundi 7 décembre" data-booked checked' in page
    assert hidden(response, "shown") == str(monday.pk)
    words = text_of(response)
    for expected in (
        "Semaine du 7 décembre",
        "Modifiable jusqu'au dimanche 6 décembre à 21 h",
        "Les réservations de la semaine du 7 décembre se modifient jusqu'au dimanche qui précède, à 21 h",
        "Aucune place n'est ouverte ce jour-là",
        "Fermé : Sortie au zoo",
        "Déjà réservé par l'autre parent",
    ):
        assert expected in words
    assert "Durand" not in page
    assert "Bob" not in page


def test_planning_opens_on_the_first_child_and_this_month(alice, cast):
    week(cast)
    make.BookingFactory(
        child=cast.noe, session=session(cast, date(2026, 12, 14)), household=cast.alice.household
    )
    response = alice.get(reverse("front:planning"))
    assert "Planning de Léa" in text_of(response)
    assert f'action="{month_url(cast.lea)}"' in response.content.decode()
    assert month_url(cast.noe) in response.content.decode()


def test_the_arrows_stop_where_the_school_years_do(alice, cast):
    first = alice.get(month_url(cast.lea, date(2026, 9, 1))).content.decode()
    assert 'rel="prev"' not in first
    assert month_url(cast.lea, date(2026, 10, 1)) in first
    assert 'rel="next"' not in alice.get(month_url(cast.lea, date(2027, 7, 1))).content.decode()


@pytest.mark.parametrize("address", ["2026-13", "2026-00", "2026-1", "0000-01", "2026-S54", "9999-S52"])
def test_a_month_that_no_calendar_has(alice, cast, address):
    assert alice.get(f"/planning/{cast.lea.pk}/{address}/").status_code == 404


@pytest.mark.parametrize(
    ("address", "nearest"),
    [
        ("2026-08", "2026-09"),
        ("2027-08", "2027-07"),
        ("9999-12", "2027-07"),
        ("2026-S30", "2026-S36"),
        ("2031-S02", "2027-S30"),
    ],
)
def test_a_month_outside_the_school_years_leads_to_the_nearest(alice, cast, address, nearest):
    response = alice.get(f"/planning/{cast.lea.pk}/{address}/", follow=True)
    assert response.redirect_chain == [(f"/planning/{cast.lea.pk}/{nearest}/", 302)]
    assert "Le planning va de septembre 2026 à juillet 2027" in text_of(response)


@pytest.mark.parametrize("verb", ["get", "post"])
def test_a_stranger_gets_404(client, cast, verb):
    client.force_login(cast.charlie.user)
    assert getattr(client, verb)(month_url(cast.lea)).status_code == 404
    assert getattr(client, verb)("/planning/999999999999999999999999/2026-12/").status_code == 404


def test_an_agent_has_no_planning_of_his_own(client, cast):
    client.force_login(cast.agnes)
    for url in (reverse("front:planning"), month_url(cast.lea), reverse("front:receipts")):
        assert client.get(url).status_code == 404


def test_an_account_without_dossier_waits(client, cast):
    client.force_login(make.UserFactory(username="nouveau"))
    for url in (reverse("front:planning"), month_url(cast.lea)):
        assert client.get(url).url == reverse("front:waiting")


def test_other_methods_are_refused(alice, cast):
    for url in (month_url(cast.lea), reverse("front:planning"), reverse("front:planning_save")):
        assert alice.put(url).status_code == 405
    assert alice.get(reverse("front:receipt_undo", args=["R-2026-00001"])).status_code == 405


def test_the_past_and_the_week_too_late_are_quiet(alice, cast, clock):
    past, late = session(cast, date(2026, 12, 1)), session(cast, date(2026, 12, 4))
    make.BookingFactory(child=cast.lea, session=late, household=cast.alice.household)
    clock.move_to(datetime(2026, 12, 2, 12, 0, tzinfo=PARIS))
    response = alice.get(month_url(cast.lea))
    words = text_of(response)
    assert "La date limite était dimanche 29 novembre à 21 h" in words
    assert "Passé" in words
    assert "Vérifier" not in words
    assert f'value="{past.pk}"' not in response.content.decode()


def test_holidays_are_one_row(alice, cast):
    session(cast, date(2026, 12, 18))
    CalendarEntry.objects.create(
        kind="school_holiday", start=date(2026, 12, 19), end=date(2027, 1, 3), label="Vacances de Noël"
    )
    words = text_of(alice.get(month_url(cast.lea)))
    assert "lun 21 – ven 25 décembre Vacances de Noël" in words


def test_the_list_is_kept_for_who_asked_for_it(alice, cast):
    week(cast)
    assert "planning-list" not in alice.get(month_url(cast.lea)).content.decode()
    cast.alice.user.mobile_layout = True
    cast.alice.user.save()
    assert "planning-list" in alice.get(month_url(cast.lea)).content.decode()


def test_in_english(alice, cast):
    week(cast)
    alice.cookies["portail_langue"] = "en"
    page = alice.get(month_url(cast.lea)).content.decode()
    assert 'aria-label="Cantine, Monday 7 December"' in page
    assert "December 2026" in page


# --- nothing to show
def test_without_a_child(client, cast):
    HouseholdChild.objects.filter(household=cast.bob.household).delete()
    client.force_login(cast.bob.user)
    assert "Aucun enfant dans votre dossier" in text_of(client.get(reverse("front:planning")))


def test_without_a_school_year(alice, cast):
    Enrolment.objects.all().delete()
    cast.lea.schoolings.all().delete()
    cast.noe.schoolings.all().delete()
    cast.zoe.schoolings.all().delete()
    SchoolYear.objects.all().delete()
    assert "L'année scolaire n'est pas encore préparée" in text_of(alice.get(reverse("front:planning")))


def test_without_an_enrolment(client, cast):
    client.force_login(cast.charlie.user)
    assert "Zoé n'a pas encore d'inscription" in text_of(client.get(month_url(cast.zoe)))


def test_without_a_session(alice, cast):
    assert "Rien à réserver en décembre 2026" in text_of(alice.get(month_url(cast.lea)))


def test_a_month_of_holidays(alice, cast):
    CalendarEntry.objects.create(
        kind="school_holiday", start=date(2026, 12, 1), end=date(2027, 1, 3), label="Vacances de Noël"
    )
    assert "Vacances de Noël. Les flèches mènent aux autres jours." in text_of(alice.get(month_url(cast.lea)))


def test_before_the_school_year_opens(alice, cast):
    week(cast)
    SchoolYear.objects.update(bookable_from=datetime(2026, 12, 3, 8, 0, tzinfo=PARIS))
    words = text_of(alice.get(month_url(cast.lea)))
    assert "Les réservations ouvrent le jeudi 3 décembre à 8 h" in words
    assert "Pas encore ouvert" in words
    assert "Vérifier" not in words


# --- check, then save
def test_ticks_become_a_recap_then_a_receipt(alice, cast):
    monday, tuesday, thursday, _ = week(cast)
    make.BookingFactory(child=cast.lea, session=monday, household=cast.alice.household)
    recap = check(alice, cast.lea, [tuesday, thursday], shown=[monday])
    assert recap.status_code == 200
    words = text_of(recap)
    assert "Ajouté (2)" in words
    assert "Léa · mardi 8 décembre · Cantine" in words
    assert "Retiré (1)" in words
    assert "Impossible" not in words
    assert booked(cast.lea) == [monday.pk]
    saved = save(alice, recap)
    receipt = Receipt.objects.get()
    assert saved.status_code == 302
    assert saved.url == reverse("front:receipt", args=[receipt.number])
    assert booked(cast.lea) == [tuesday.pk, thursday.pk]
    words = text_of(alice.get(saved.url))
    assert f"Reçu {receipt.number}" in words
    assert "Un courriel est parti à a•••@exemple.fr." in words
    assert "Annulable jusqu'au dimanche 6 décembre à 21 h" in words


def test_what_is_impossible_says_why(alice, cast):
    monday, tuesday, *_ = week(cast)
    tuesday.capacity = 0
    tuesday.save()
    words = text_of(check(alice, cast.lea, [monday, tuesday]))
    assert "Ajouté (1)" in words
    assert "Impossible (1)" in words
    assert "Aucune place n'est ouverte ce jour-là" in words
    assert "02 31 00 00 00" in words


def test_nothing_possible_has_nothing_to_save(alice, cast):
    recap = check(alice, cast.lea, [session(cast, capacity=0)])
    assert "Valider" not in text_of(recap)
    assert "Modifier" in text_of(recap)


def test_a_day_booked_meanwhile_elsewhere_is_not_taken_for_a_day_unticked(alice, cast):
    monday, tuesday, *_ = week(cast)
    make.BookingFactory(child=cast.lea, session=monday, household=cast.alice.household)
    save(alice, check(alice, cast.lea, [tuesday]))
    assert booked(cast.lea) == [monday.pk, tuesday.pk]


def test_a_double_click_is_one_receipt(alice, cast):
    recap = check(alice, cast.lea, [session(cast)])
    assert save(alice, recap).url == save(alice, recap).url
    assert Receipt.objects.count() == 1


def test_two_tabs(alice, cast):
    lunch = session(cast)
    first, second = check(alice, cast.lea, [lunch]), check(alice, cast.lea, [lunch])
    save(alice, first)
    response = save(alice, second)
    assert response.url == month_url(cast.lea)
    assert "Rien n'a été changé" in text_of(alice.get(response.url))
    assert Receipt.objects.count() == 1


def test_the_last_place_goes_while_the_recap_is_read(alice, cast):
    monday, tuesday = session(cast, capacity=1), session(cast, MONDAY + timedelta(days=1))
    recap = check(alice, cast.lea, [monday, tuesday])
    make.BookingFactory(child=cast.zoe, session=monday, household=cast.charlie.household)
    again = save(alice, recap)
    assert again.status_code == 422
    words = text_of(again)
    assert "La situation a changé entre-temps" in words
    assert "Ajouté (1)" in words
    assert "Complet" in words
    assert booked(cast.lea) == []
    assert save(alice, again).status_code == 302
    assert booked(cast.lea) == [tuesday.pk]


def test_the_deadline_passes_while_the_recap_is_read(alice, cast, clock):
    recap = check(alice, cast.lea, [session(cast)])
    clock.move_to(TOO_LATE)
    again = save(alice, recap)
    assert again.status_code == 422
    assert "La date limite était dimanche 6 décembre à 21 h" in text_of(again)
    assert booked(cast.lea) == []


def test_back_to_the_ticks(alice, cast):
    monday, tuesday, thursday, _ = week(cast)
    make.BookingFactory(child=cast.lea, session=monday, household=cast.alice.household)
    recap = check(alice, cast.lea, [tuesday], shown=[monday])
    page = save(alice, recap, step="edit")
    assert page.status_code == 200
    boxes = dict(re.findall(r'value="([0-9]+)" aria-label="[^"]*"([^>]*)>', page.content.decode()))
    assert boxes == {
        str(monday.pk): " data-booked",
        str(tuesday.pk): " checked",
        str(thursday.pk): "",
        str(_.pk): "",
    }
    assert hidden(page, "shown") == str(monday.pk)
    assert booked(cast.lea) == [monday.pk]


def test_nothing_ticked(alice, cast):
    response = check(alice, cast.lea, [])
    assert response.status_code == 302
    assert "Vous n'avez rien changé" in text_of(alice.get(response.url))


@pytest.mark.parametrize(
    "data",
    [
        {"s": "abc"},
        {"s": "-1"},
        {"s": "9" * 30},
        {"s": "1", "shown": "1.2.x"},
        {"s": "٣"},
        {"s": [str(n) for n in range(1, 1200)]},
        {"shown": "0"},
    ],
)
def test_nonsense_is_refused_with_the_page(alice, cast, data):
    session(cast)
    response = alice.post(month_url(cast.lea), data)
    assert response.status_code == 422
    assert "Cette page n'est plus à jour" in text_of(response)


@pytest.mark.parametrize(
    "data",
    [
        {"token": ""},
        {"token": "x"},
        {"token": "", "add": "1-2"},
        {"add": "1.2"},
        {"add": "a-b"},
        {"remove": "1-" + "9" * 40},
        {"child": "x"},
        {"month": "2026-99"},
    ],
)
def test_nonsense_saves_nothing(alice, cast, data):
    response = alice.post(reverse("front:planning_save"), {"token": str(uuid4())} | data)
    assert response.status_code == 422
    assert "Cette page n'est plus à jour" in text_of(response)
    assert not Booking.objects.exists()


def test_foreign_ids_are_refused(alice, cast):
    lunch = session(cast)
    elsewhere = make.SessionFactory(place=make.PlaceFactory(name="Restaurant Curie"), date=MONDAY)
    post = {"token": str(uuid4()), "step": "save"}
    url = reverse("front:planning_save")
    assert alice.post(url, post | {"add": f"{cast.zoe.pk}-{lunch.pk}"}).status_code == 404
    assert alice.post(url, post | {"add": f"{cast.lea.pk}-{elsewhere.pk}"}).status_code == 422
    assert alice.post(url, post | {"add": f"{cast.lea.pk}-99999"}).status_code == 422
    assert "n'est pas proposée" in text_of(check(alice, cast.lea, [elsewhere]))
    assert not Booking.objects.exists()


def test_going_back_with_a_strangers_child(alice, cast):
    post = {"token": str(uuid4()), "step": "edit", "child": cast.zoe.pk, "month": "2026-12"}
    assert alice.post(reverse("front:planning_save"), post).status_code == 404


def test_saving_by_its_address_alone_leads_to_the_planning(alice, cast):
    assert alice.get(reverse("front:planning_save")).url == reverse("front:planning")


def test_a_household_that_only_sees(client, cast):
    HouseholdChild.objects.filter(household=cast.bob.household).update(can_book=False)
    lunch = session(cast)
    client.force_login(cast.bob.user)
    assert "Vérifier" not in text_of(client.get(month_url(cast.lea)))
    assert "sans pouvoir le modifier" in text_of(check(client, cast.lea, [lunch]))


# --- receipts
def test_receipts_are_listed_and_paged(alice, cast):
    assert "Pas encore de reçu" in text_of(alice.get(reverse("front:receipts")))
    for _ in range(21):
        make_receipt(cast)
    page = alice.get(reverse("front:receipts"))
    assert page.content.decode().count("R-2026-") == 40
    assert alice.get(reverse("front:receipts") + "?page=2").content.decode().count("R-2026-") == 2
    assert alice.get(reverse("front:receipts") + "?page=x").status_code == 200


def make_receipt(cast):
    receipt = Receipt.objects.create(
        household=cast.alice.household, token=uuid4(), author_label="Alice Martin", created_at=IN_TIME
    )
    lunch = make.SessionFactory(
        service=cast.canteen, place=make.PlaceFactory(name=f"Lieu {receipt.pk}"), date=MONDAY
    )
    booking = make.BookingFactory(child=cast.lea, session=lunch, household=cast.alice.household)
    receipt.lines.create(booking=booking, change="added")
    return receipt


def test_a_receipt_is_its_households_alone(client, cast):
    number = make_receipt(cast).number
    for who in (cast.bob, cast.charlie):
        client.force_login(who.user)
        assert client.get(reverse("front:receipt", args=[number])).status_code == 404
        assert client.post(reverse("front:receipt_undo", args=[number])).status_code == 404
        assert number not in client.get(reverse("front:receipts")).content.decode()


@pytest.mark.parametrize(
    "number", ["R-2026-99999", "R-2025-00001", "x", "R-2026-" + "9" * 40, "R-٢٠٢٦-00001"]
)
def test_a_number_that_is_no_receipt(alice, cast, number):
    make_receipt(cast)
    assert alice.get(reverse("front:receipt", args=[number])).status_code == 404


def test_undo_shows_the_opposite_recap(alice, cast):
    monday, tuesday, *_ = week(cast)
    make.BookingFactory(child=cast.lea, session=monday, household=cast.alice.household)
    saved = save(alice, check(alice, cast.lea, [tuesday], shown=[monday]))
    recap = alice.post(saved.url + "annuler/")
    assert "Ajouté (1)" in text_of(recap)
    assert booked(cast.lea) == [tuesday.pk]
    save(alice, recap)
    assert booked(cast.lea) == [monday.pk]


def test_a_receipt_after_the_deadline_cannot_be_undone(alice, cast, clock):
    saved = save(alice, check(alice, cast.lea, [session(cast)]))
    clock.move_to(TOO_LATE)
    words = text_of(alice.get(saved.url))
    assert "La date limite était dimanche 6 décembre à 21 h" in words
    assert "Annuler ce changement" not in words


def test_a_receipt_outlives_the_childs_leaving(alice, cast):
    saved = save(alice, check(alice, cast.lea, [session(cast)]))
    HouseholdChild.objects.filter(household=cast.alice.household, child=cast.lea).delete()
    assert alice.get(saved.url).status_code == 200
    assert alice.post(saved.url + "annuler/").status_code == 404


# --- queries: the same for a day and for a month, for one child and for five
@pytest.fixture(params=[1, 5])
def size(request, cast):
    for number in range(request.param - 1):
        child = make.ChildFactory(first_name=f"Enfant{number}")
        make.HouseholdChildFactory(household=cast.alice.household, child=child)
        make.EnrolmentFactory(child=child, activity=cast.canteen.activity, place=cast.offer.place)
    for number in range(request.param):
        lunch = session(cast, MONDAY + timedelta(days=number))
        make.BookingFactory(child=cast.lea, session=lunch, household=cast.alice.household)
    return request.param


def test_queries_of_the_month(alice, cast, size, django_assert_num_queries):
    with django_assert_num_queries(9):
        alice.get(month_url(cast.lea))


def test_queries_of_the_check(alice, cast, size, django_assert_num_queries):
    lessons = [session(cast, MONDAY + timedelta(days=7 + n)) for n in range(size)]
    with django_assert_num_queries(12):
        check(alice, cast.lea, lessons)


def test_queries_of_the_save(alice, cast, size, django_assert_num_queries):
    lessons = [session(cast, MONDAY + timedelta(days=7 + n)) for n in range(size)]
    recap = check(alice, cast.lea, lessons)
    with django_assert_num_queries(27):
        save(alice, recap)


def test_queries_of_a_receipt(alice, cast, size, django_assert_num_queries):
    lessons = [session(cast, MONDAY + timedelta(days=7 + n)) for n in range(size)]
    url = save(alice, check(alice, cast.lea, lessons)).url
    with django_assert_num_queries(15):
        alice.get(url)


def test_queries_of_the_receipts(alice, cast, size, django_assert_num_queries):
    for _ in range(size):
        make_receipt(cast)
    with django_assert_num_queries(6):
        alice.get(reverse("front:receipts"))
