"""Many days at once, as a parent asks for them: the form, the effect, « Valider », one receipt."""

import html
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from portail.activities.models import CalendarEntry, Session
from portail.bookings.models import Booking, Receipt, TypicalWeek
from tests import factories as make
from tests.bookings.sayings import IN_TIME, MONDAY, TOO_LATE, add, booked, change, remove, session, week
from tests.front.test_planning import hidden, text_of

pytestmark = pytest.mark.django_db
PAGES = ["typical_week", "copy_week", "copy_month", "clear_period"]
HIDDEN = (
    "add", "remove", "token", "child", "month", "price", "not_added", "not_removed", "gesture", "typed"
)  # fmt: skip


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(IN_TIME, tick=False) as traveller:
        yield traveller


@pytest.fixture
def alice(client, cast):
    client.force_login(cast.alice.user)
    return client


def ask_week(client, cast, weekdays, *, children=None, **more):
    data = {
        "children": [child.pk for child in children or [cast.lea]],
        "days": [f"{cast.canteen.pk}-{day}" for day in weekdays],
        "when": "dates",
        "first": "2026-12-07",
        "last": "2026-12-20",
        "mode": "add",
    }
    return client.post(reverse("front:typical_week"), data | more)


def validate(client, recap, step="save"):
    posted = {name: html.unescape(hidden(recap, name)) for name in HIDDEN}
    return client.post(reverse("front:planning_save"), posted | {"step": step})


def test_a_typical_week_is_shown_then_written_with_one_receipt(alice, cast):
    monday, tuesday, thursday, _ = week(cast)
    thursday.capacity = 0
    thursday.save()
    make.BookingFactory(child=cast.noe, session=tuesday, household=cast.alice.household)
    recap = ask_week(alice, cast, [0, 3], children=[cast.lea, cast.noe], mode="replace")
    words = text_of(recap)
    assert recap.status_code == 200
    assert "Léa · lundi 7 décembre · Cantine" in words
    assert "Ajouté (2)" in words
    assert "Retiré (1)" in words
    assert "Impossible (2)" in words
    assert "Valider ce qui est possible" in words
    assert (booked(cast.lea), booked(cast.noe), Receipt.objects.count()) == ([], [tuesday.pk], 0)
    saved = validate(alice, recap)
    receipt = Receipt.objects.get()
    assert saved.url == reverse("front:receipt", args=[receipt.number])
    assert (booked(cast.lea), booked(cast.noe)) == ([monday.pk], [monday.pk])
    words = text_of(alice.get(saved.url))
    assert "Ce qui n'a pas pu être changé : Léa · Cantine · 10 décembre" in words
    assert "Noé · Cantine · 10 décembre" in words


def test_back_to_the_form_as_it_was_typed(alice, cast):
    week(cast)
    recap = ask_week(alice, cast, [0, 3], children=[cast.noe], mode="replace")
    back = validate(alice, recap, step="edit")
    page = alice.get(back.url).content.decode()
    for value in (f'value="{cast.canteen.pk}-0"', f'value="{cast.canteen.pk}-3"'):
        assert f"{value}" in page
        assert " checked" in page[page.index(value) : page.index(value) + 80]
    assert f'value="{cast.canteen.pk}-1" aria-label="Cantine, mardi">' in page
    assert 'value="2026-12-20"' in page
    assert Receipt.objects.count() == 0


def test_the_week_is_kept_and_says_what_departs_from_it(alice, cast):
    monday, tuesday, *_ = week(cast)
    recap = ask_week(alice, cast, [0], keep="on")
    assert "Semaine type gardée" in text_of(recap)
    validate(alice, recap)
    assert TypicalWeek.objects.get().household == cast.alice.household
    change(cast.alice, add(cast.lea, tuesday))
    later = session(cast, MONDAY + timedelta(days=7))
    words = text_of(alice.get(reverse("front:typical_week")))
    assert "La semaine type de Léa" in words
    assert "Hors semaine type, en plus Cantine : 8 décembre" in words
    assert "Réserver le jour qui manque" in words
    recap = alice.post(reverse("front:typical_week_apply"), {"children": cast.lea.pk})
    validate(alice, recap)
    assert booked(cast.lea) == [monday.pk, tuesday.pk, later.pk]


def test_a_week_already_booked_may_be_kept_alone(alice, cast):
    make.BookingFactory(child=cast.lea, session=session(cast), household=cast.alice.household)
    recap = ask_week(alice, cast, [0], keep="on")
    assert "Garder cette semaine type" in text_of(recap)
    saved = validate(alice, recap)
    assert saved.url == reverse("front:typical_week")
    assert (TypicalWeek.objects.count(), Receipt.objects.count()) == (1, 0)


def test_a_kept_week_is_stopped(alice, cast):
    week(cast)
    validate(alice, ask_week(alice, cast, [0], keep="on", first="2026-12-01"))
    kept = TypicalWeek.objects.get()
    stopped = alice.post(reverse("front:typical_week_stop", args=[kept.pk]))
    assert stopped.url == reverse("front:typical_week")
    assert not TypicalWeek.objects.exists()
    assert len(booked(cast.lea)) == 1


def test_a_week_of_another_household_is_not_there(client, cast, alice):
    week(cast)
    validate(alice, ask_week(alice, cast, [0], keep="on"))
    kept = TypicalWeek.objects.get()
    for who in (cast.bob, cast.charlie):
        client.force_login(who.user)
        assert client.post(reverse("front:typical_week_stop", args=[kept.pk])).status_code == 404
        assert "La semaine type" not in text_of(client.get(reverse("front:typical_week")))


def test_a_strangers_child_is_refused(alice, cast):
    week(cast)
    answer = ask_week(alice, cast, [0], children=[cast.zoe])
    assert answer.status_code == 422
    assert "Cette page n'est plus à jour" in text_of(answer)


def test_copy_a_week(alice, cast):
    monday = session(cast)
    make.BookingFactory(child=cast.lea, session=monday, household=cast.alice.household)
    onto = session(cast, MONDAY + timedelta(days=7))
    data = {"children": cast.lea.pk, "source": "2026-12-07", "target": "2026-12-14", "mode": "add"}
    validate(alice, alice.post(reverse("front:copy_week"), data))
    assert booked(cast.lea) == [monday.pk, onto.pk]


def test_copying_onto_itself_says_what_to_do(alice, cast):
    data = {"children": cast.lea.pk, "source": "2026-12-01", "target": "2026-12-01", "mode": "add"}
    answer = alice.post(reverse("front:copy_month"), data)
    assert answer.status_code == 422
    assert "C'est la même période" in text_of(answer)


def test_clear_a_period_as_far_as_the_deadline_allows(alice, cast, clock):
    soon, later = session(cast), session(cast, MONDAY + timedelta(days=7))
    for lunch in (soon, later):
        make.BookingFactory(child=cast.lea, session=lunch, household=cast.alice.household)
    clock.move_to(TOO_LATE)
    data = {"children": cast.lea.pk, "services": cast.canteen.pk, "when": "year-" + str(year_of(cast))}
    recap = alice.post(reverse("front:clear_period"), data)
    words = text_of(recap)
    assert "Retiré (1)" in words
    assert "La date limite était dimanche 6 décembre à 21 h" in words
    validate(alice, recap)
    assert booked(cast.lea) == [soon.pk]


def year_of(cast):
    return cast.lea.enrolments.get().school_year_id


# --- what went meanwhile
def test_the_recap_comes_back_saying_which_place_went(alice, cast):
    monday, tuesday, thursday, _ = week(cast)
    monday.capacity, thursday.capacity = 1, 0
    monday.save()
    thursday.save()
    recap = ask_week(alice, cast, [0, 1, 3])
    make.BookingFactory(child=cast.zoe, session=monday, household=cast.charlie.household)
    again = validate(alice, recap)
    assert again.status_code == 422
    words = text_of(again)
    assert "Pendant que vous lisiez, ceci est devenu impossible : Léa · Cantine · 7 décembre" in words
    assert "Ajouté (1)" in words
    assert "Impossible (2)" in words  # Thursday, refused from the start, is still told
    assert booked(cast.lea) == []
    validate(alice, again)
    assert booked(cast.lea) == [tuesday.pk]


def test_a_price_that_moved_says_so(alice, cast):
    week(cast)
    recap = ask_week(alice, cast, [0])
    posted = {name: hidden(recap, name) for name in HIDDEN} | {"price": "99.00/0", "step": "save"}
    again = alice.post(reverse("front:planning_save"), posted)
    assert again.status_code == 422
    assert "Le prix n'est plus celui qui était affiché" in text_of(again)


# --- who may, and what cannot be read
@pytest.mark.parametrize("page", PAGES)
def test_each_page_shows_itself_and_keeps_what_is_wrong(alice, cast, page):
    url = reverse(f"front:{page}")
    assert alice.get(url).status_code == 200
    assert alice.get(url + "?children=x&days=zz&when=never&first=demain&source=2").status_code == 200
    assert alice.post(url, {"children": cast.lea.pk, "first": "demain", "when": "dates"}).status_code == 422
    assert alice.put(url).status_code == 405


def test_nobody_to_book_for(client, cast):
    cast.bob.household.child_links.update(can_book=False)
    client.force_login(cast.bob.user)
    assert "Aucun enfant à réserver" in text_of(client.get(reverse("front:typical_week")))
    client.force_login(cast.charlie.user)
    assert "Pas encore d'inscription" in text_of(client.get(reverse("front:copy_week")))


def test_a_week_typed_by_hand_in_the_recap_keeps_nothing(alice, cast):
    monday, *_ = week(cast)
    post = {
        "add": f"{cast.lea.pk}-{monday.pk}",
        "token": str(uuid4()),
        "gesture": "semaine-type",
        "typed": f"keep=on&children={cast.zoe.pk}&days={cast.canteen.pk}-0&when=holidays&mode=add",
    }
    alice.post(reverse("front:planning_save"), post)
    assert not TypicalWeek.objects.exists()


# --- large, and constant
@pytest.fixture
def year(cast):
    """A school year of two services for three children."""
    ines = make.ChildFactory(first_name="Inès", birth_date=date(2021, 3, 3))
    make.HouseholdChildFactory(household=cast.alice.household, child=ines)
    make.EnrolmentFactory(child=ines, activity=cast.canteen.activity, place=cast.offer.place)
    care = make.ServiceFactory(code="soir", name="Garderie du soir", short_name="Garderie du soir")
    make.ServicePlaceFactory(service=care, place=cast.offer.place)
    days = [date(2026, 12, 7) + timedelta(days=n) for n in range(208)]
    Session.objects.bulk_create(
        Session(pk=100_000 + 2 * n + k, service=service, place=cast.offer.place, date=day, capacity=n % 40)
        for n, day in enumerate(day for day in days if day.weekday() in (0, 1, 3, 4))
        for k, service in enumerate((cast.canteen, care))
    )
    return [cast.lea, cast.noe, ines], care


def test_a_whole_year_of_three_children_stays_light(alice, cast, year):
    children, care = year
    days = [f"{service.pk}-{day}" for service in (cast.canteen, care) for day in (0, 1, 3, 4)]
    recap = ask_week(alice, cast, [], children=children, days=days, last="2027-07-03")
    words = text_of(recap)
    assert "Décembre 2026" in words
    saved = validate(alice, recap)
    assert Booking.objects.count() > 600
    assert "Inès" in text_of(alice.get(saved.url))  # the guard weighs each of these pages: 40 kB at most


@pytest.fixture(params=[1, 5])
def size(request):
    return request.param


def test_queries_of_a_preview(alice, cast, size, django_assert_num_queries):
    for number in range(size):
        session(cast, MONDAY + timedelta(days=7 * number))
    with django_assert_num_queries(20):
        ask_week(alice, cast, [0], last="2027-02-01")


def test_queries_of_a_page_with_kept_weeks(alice, cast, size, django_assert_num_queries):
    lunches = [session(cast, MONDAY + timedelta(days=7 * number)) for number in range(size)]
    validate(alice, ask_week(alice, cast, [0], children=[cast.lea, cast.noe], keep="on"))
    if size > 2:
        change(cast.alice, add(cast.noe, *lunches[2:]))
    with django_assert_num_queries(14):
        alice.get(reverse("front:typical_week"))


def test_the_planning_says_what_departs_from_the_week(alice, cast):
    monday, tuesday, thursday, _friday = week(cast)
    validate(alice, ask_week(alice, cast, [0, 3], keep="on", first="2026-12-01"))
    change(cast.alice, remove(cast.lea, thursday) + add(cast.lea, tuesday))
    page = alice.get(reverse("front:month", args=[cast.lea.pk, date(2026, 12, 1)])).content.decode()
    said = {
        lunch.pk: "hors semaine type" in page.split(f'value="{lunch.pk}"')[1].split("</label>")[0]
        for lunch in (monday, tuesday, thursday, _friday)
    }
    assert said == {monday.pk: False, tuesday.pk: True, thursday.pk: True, _friday.pk: False}
    of_noe = alice.get(reverse("front:month", args=[cast.noe.pk, date(2026, 12, 1)]))
    assert "hors semaine type" not in of_noe.content.decode()


def test_holidays_do_not_depart_from_a_week_that_does_not_hold_then(alice, cast):
    CalendarEntry.objects.create(
        kind="school_holiday", start=MONDAY, end=MONDAY + timedelta(days=13), label="Vacances"
    )
    session(cast)
    for in_holidays, expected in ((False, False), (True, True)):
        TypicalWeek.objects.all().delete()
        kept = TypicalWeek.objects.create(
            household=cast.alice.household,
            child=cast.lea,
            activity=cast.canteen.activity,
            since=date(2026, 12, 1),
            until=date(2027, 7, 3),
            in_holidays=in_holidays,
            kept_at=IN_TIME,
        )
        kept.days.create(service=cast.canteen, weekday=0)
        page = alice.get(reverse("front:month", args=[cast.lea.pk, date(2026, 12, 1)]))
        assert ("hors semaine type" in text_of(page)) is expected
