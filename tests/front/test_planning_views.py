"""The planning by month or by week, of one child or of all: where each page leads, and what one save does."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from portail.bookings.models import Receipt
from portail.bookings.spans import Span, month_of, read, week_of
from portail.families.models import HouseholdChild
from tests import factories as make
from tests.bookings.sayings import IN_TIME, MONDAY, booked, session, week
from tests.front.helpers import text_of
from tests.front.test_planning import hidden, save

pytestmark = pytest.mark.django_db
DECEMBER = month_of(MONDAY)
THAT_WEEK = week_of(MONDAY)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(IN_TIME, tick=False) as traveller:
        yield traveller


@pytest.fixture
def alice(client, cast):
    client.force_login(cast.alice.user)
    return client


def url(child, span=DECEMBER):
    return reverse("front:month", args=[child and child.pk, span])


def links(response):
    return [(tab.label, tab.url, tab.is_current) for tab in response.context["ways"].children]


def post(client, pairs, *, shown=(), span=DECEMBER):
    data = {
        "s": [f"{child.pk}-{s.pk}" for child, s in pairs],
        "shown": ".".join(f"{child.pk}-{s.pk}" for child, s in shown),
    }
    return client.post(url(None, span), data)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("9999-12", date(9999, 12, 1), date(9999, 12, 31)),
        ("2026-S53", date(2026, 12, 28), date(2027, 1, 3)),
        ("2027-S01", date(2027, 1, 4), date(2027, 1, 10)),
    ],
)
def test_a_span_and_its_name(name, first, last):
    span = read(name)
    assert (span.first, span.last, span.name) == (first, last, name)


def test_from_a_month_to_a_week_and_back():
    for number in range(24):
        month = Span(date(2026, 9, 1)).after(number)
        assert month.week_of(date(2020, 1, 1)).month == month
    assert DECEMBER.week_of(date(2026, 12, 10)) == THAT_WEEK, "today's, when the month holds it"
    assert week_of(date(2026, 12, 30)).month == DECEMBER
    assert week_of(date(2027, 1, 1)).month == DECEMBER, "most of its days"
    assert THAT_WEEK.after(-2).first == date(2026, 11, 23)
    assert DECEMBER.after(1).first == date(2027, 1, 1)
    assert DECEMBER.after(-12).first == date(2025, 12, 1)


def test_all_the_children_and_the_week_keep_the_date(alice, cast):
    week(cast)
    page = alice.get(url(cast.lea))
    assert links(page) == [
        ("Léa", url(cast.lea), True),
        ("Noé", url(cast.noe), False),
        ("Tous", url(None), False),
    ]
    ways = page.context["ways"]
    assert (ways.month, ways.week) == (url(cast.lea), url(cast.lea, week_of(IN_TIME.date())))
    weekly = alice.get(url(None, THAT_WEEK))
    assert links(weekly)[-1] == ("Tous", url(None, THAT_WEEK), True)
    assert weekly.context["ways"].month == url(None)
    assert weekly.context["ways"].today == url(None, week_of(IN_TIME.date()))
    assert "Semaine précédente : semaine du 30 novembre" in text_of(weekly)


def test_a_week_shows_its_days_alone(alice, cast):
    monday, *_ = week(cast)
    after = session(cast, date(2026, 12, 14))
    page = alice.get(url(cast.lea, THAT_WEEK)).content.decode()
    assert f'name="s" value="{monday.pk}" aria-label="Cantine, lundi 7 décembre"' in page
    assert f'value="{after.pk}"' not in page
    assert "Modifiable jusqu'au dimanche 6 décembre à 21" in text_of(alice.get(url(cast.lea, THAT_WEEK)))


def test_a_box_of_the_page_of_all_is_named_by_its_column_and_its_row(alice, cast):
    monday, *_ = week(cast)
    page = alice.get(url(None)).content.decode()
    assert f'value="{cast.noe.pk}-{monday.pk}" aria-labelledby="c1 d7"' in page
    assert 'id="c1" class="child-start"><small>Noé · </small>Cantine</th>' in page
    assert 'id="d7">lun 7<span class="sr-only"> décembre</span></th>' in page


@pytest.mark.parametrize("span", [DECEMBER, THAT_WEEK], ids=lambda span: span.name)
def test_several_children_in_one_save(alice, cast, span):
    monday, tuesday, *_ = week(cast)
    make.BookingFactory(child=cast.noe, session=monday, household=cast.alice.household)
    recap = post(alice, [(cast.lea, tuesday)], shown=[(cast.noe, monday)], span=span)
    words = text_of(recap)
    assert "Léa · mardi 8 décembre · Cantine" in words
    assert "Noé · lundi 7 décembre · Cantine" in words
    assert (hidden(recap, "child"), hidden(recap, "month")) == ("", span.name)
    back = save(alice, recap, step="edit").content.decode()
    assert f'action="{url(None, span)}"' in back
    assert back.count(" checked>") == 1
    save(alice, recap)
    assert Receipt.objects.count() == 1
    assert (booked(cast.lea), booked(cast.noe)) == ([tuesday.pk], [])


def test_a_child_of_somebody_else_is_not_booked(alice, cast):
    monday, *_ = week(cast)
    assert post(alice, [(cast.zoe, monday)]).status_code == 404
    assert alice.get(url(cast.zoe)).status_code == 404


def test_a_box_without_a_child_says_nothing_on_the_page_of_all(alice, cast):
    monday, *_ = week(cast)
    assert alice.post(url(None), {"s": [monday.pk]}).url == url(None)


def test_only_the_children_that_one_books_for(alice, cast):
    week(cast)
    HouseholdChild.objects.filter(household=cast.alice.household, child=cast.noe).update(can_book=False)
    assert [label for label, *_ in links(alice.get(url(cast.lea)))] == ["Léa", "Noé"]
    page = alice.get(url(None))
    assert {cell.column.child_id for cell in page.context["month"].cells} == {cast.lea.pk}
    assert "voit leur planning sans le modifier : Noé." in text_of(page)


@pytest.mark.parametrize(
    ("typed", "leads_to", "told"),
    [
        ("2027-01-13", "2027-01", ""),
        ("13/01/2027", "2027-01", ""),
        ("2031-01-13", "2027-07", "Le planning va de septembre 2026 à juillet 2027"),
        ("1999-01-13", "2026-09", "Le planning va de septembre 2026 à juillet 2027"),
    ],
)
def test_a_date_to_go_to(alice, cast, typed, leads_to, told):
    response = alice.get(url(cast.lea), {"jour": typed}, follow=True)
    assert response.redirect_chain == [(url(cast.lea, read(leads_to)), 302)]
    assert told in text_of(response)


def test_a_date_to_go_to_keeps_the_week_and_all_the_children(alice, cast):
    assert alice.get(url(None, THAT_WEEK), {"jour": "2027-01-13"}).url == url(None, read("2027-S02"))


@pytest.mark.parametrize("typed", ["demain", "", "31/02/2027"])
def test_what_is_no_date_stays_and_says_what_to_write(alice, cast, typed):
    response = alice.get(url(cast.lea), {"jour": typed})
    assert response.status_code == 422
    page = response.content.decode()
    assert f'value="{typed}" aria-invalid="true"' in page
    assert "comme 03/12/2026" in page or "Remplissez" in page


def test_few_places_left_are_told(alice, cast):
    few, many, full = week(cast, capacity=3)[:3]
    many.capacity, full.capacity = 6, 0
    many.save(), full.save()
    make.BookingFactory(child=cast.zoe, session=few, household=cast.charlie.household)
    page = alice.get(url(cast.lea)).content.decode()
    assert f'value="{few.pk}" aria-label="Cantine, lundi 7 décembre, plus que 2 places"' in page
    assert page.count("<em>plus que 2 places</em>") == 1
    assert f'value="{many.pk}" aria-label="Cantine, mardi 8 décembre"' in page
    make.BookingFactory(child=cast.noe, session=few, household=cast.alice.household)
    assert "<em>plus qu&#x27;une place</em>" in alice.get(url(cast.lea)).content.decode().replace(
        "'", "&#x27;"
    )


def test_an_outing_is_named_on_its_day_and_in_the_recap(alice, cast):
    farm = session(cast, programme="Sortie à la ferme")
    page = alice.get(url(None)).content.decode()
    assert 'aria-label="Léa · Cantine, lundi 7 décembre, Sortie à la ferme"' in page
    assert page.count('<em data-tone="info">Sortie à la ferme</em>') == 2
    assert "Cantine · Sortie à la ferme" in text_of(post(alice, [(cast.lea, farm)]))


def test_a_sheet_for_the_fridge(alice, cast):
    farm, _tuesday, thursday, _friday = week(cast)
    farm.programme = "Sortie à la ferme"
    farm.save()
    for child in (cast.lea, cast.noe):
        make.BookingFactory(child=child, session=farm, household=cast.alice.household)
    make.BookingFactory(child=cast.lea, session=thursday, household=cast.bob.household)
    page = alice.get(url(None) + "imprimer/")
    words = text_of(page)
    for told in (
        "Planning de tous les enfants, décembre 2026",
        "Dossier 7001 · Imprimé par Alice Martin, mardi 1er décembre 2026 à 12",
        "* lundi 7 décembre : Sortie à la ferme (Cantine)",
        "Autre parent",
        "Case vide : rien de réservé",
    ):
        assert told in words
    assert page.context["paper"].booked == (1, 1)
    assert "Durand" not in words
    assert alice.get(url(cast.zoe) + "imprimer/").status_code == 404
    assert "il n'y a rien à imprimer" in text_of(alice.get(url(cast.lea, read("2027-05")) + "imprimer/"))
    assert alice.get(url(None, read("2031-05")) + "imprimer/").url == url(None, read("2031-05"))
    assert alice.post(url(None) + "imprimer/").status_code == 405


def test_an_outing_is_named_in_the_calendar_of_the_telephone(alice, cast):
    farm = session(cast, programme="Sortie à la ferme")
    make.BookingFactory(child=cast.lea, session=farm, household=cast.alice.household)
    calendar = alice.get(reverse("front:calendar_file")).content.decode()
    assert "SUMMARY:Léa · Cantine · Sortie à la ferme" in calendar
