"""The kitchen's screens: what is to cook, since the order, on paper and in a spreadsheet; who may see which name."""

import csv
from io import BytesIO, StringIO
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from portail.accounts.models import Role
from portail.attendance.actions import kitchen
from portail.attendance.models import AdultMeals, KitchenOrder
from portail.bookings.models import Absence
from portail.core.models import JournalEntry
from tests import factories as make
from tests.attendance.kitchen import AFTER, BEFORE, DAY, LIMIT, book, health, lunch, rules
from tests.cast import staff
from tests.desk.screens import errors, post, said

DATE = {"date": str(DAY)}


@pytest.fixture
def session(cast, today):
    """Léa and Noé at the canteen on Thursday; Noé eats no pork and has an allergy."""
    rules()
    session = lunch(cast)
    cast.booked = book(cast, session, "lea", "noe")
    health(cast.noe, diet="sans porc", allergies="Kiwi", has_pai=True, care="Trousse au bureau")
    return session


@pytest.fixture
def cook(client, cast, today):
    client.force_login(staff("gaston", "Gaston", Role.KITCHEN))
    return client


def text(response) -> str:
    return " ".join(strip_tags(response.content.decode()).replace("\xa0", " ").split())


def read(client, page: str, *args, **asked) -> str:
    response = client.get(reverse(f"desk:{page}", args=args), {**DATE, **asked})
    assert response.status_code == 200
    return text(response)


def test_the_cook_reads_the_day_without_any_name(cook, cast, session):
    page = cook.get(reverse("desk:kitchen"), DATE)
    [row] = page.context["board"].rows
    assert [cell.need for cell in row.cells] == [1, 1, 0]
    assert (row.meals.count, row.meals.allergies, row.meals.pai) == (2, 1, 1)
    assert "La commande s'arrête d'elle-même mercredi 2 décembre à 10 h" in text(page)
    assert "Martin" not in text(page)


def test_an_absence_is_gone_from_the_need_at_once(cook, cast, session):
    Absence.objects.create(booking=cast.booked[0], told_at=BEFORE)
    assert cook.get(reverse("desk:kitchen"), DATE).context["board"].meals.count == 1


def test_what_changed_since_the_order_is_told_in_words(cook, cast, session):
    order = kitchen.close_order(DAY, actor=None, now=LIMIT)
    assert "Rien n'a changé depuis." in read(cook, "kitchen")
    Absence.objects.create(booking=cast.booked[1], told_at=AFTER)
    told = read(cook, "kitchen")
    assert f"Commande {order.number} Arrêtée mercredi 2 décembre à 10 h, à la limite du règlement" in told
    assert (
        f"Depuis la commande −1 sans porc, Cantine, {session.place.name} ; allergies : −1 ; PAI : −1" in told
    )


def test_the_cook_closes_the_order_after_a_confirmation(cook, session):
    asked = post(cook, "kitchen_close", **DATE)
    assert "Arrêter la commande du jeudi 3 décembre ?" in text(asked)
    assert not KitchenOrder.objects.exists()
    for _ in range(2):
        done = post(cook, "kitchen_close", **DATE, confirmed="1")
        assert done.url == f"{reverse('desk:kitchen')}?date=2026-12-03"
    assert KitchenOrder.objects.get().author_label == "Gaston Mairie"


@pytest.mark.parametrize(
    ("posted", "told"),
    [
        ({"date": "demain"}, "Choisissez d'abord le jour à commander."),
        ({}, "Choisissez d'abord le jour à commander."),
        (
            {"date": "2026-12-05", "confirmed": "1"},
            "Aucun repas n'est servi ce jour-là : il n'y a rien à commander.",
        ),
        ({"date": "2026-11-20", "confirmed": "1"}, "Ce jour est passé : sa commande ne change plus."),
    ],
)
def test_what_cannot_be_ordered_is_told(cook, session, posted, told):
    assert said(post(cook, "kitchen_close", **posted)) == [told]
    assert not KitchenOrder.objects.exists()


def test_an_amendment_starts_from_what_is_needed_now_and_says_why(cook, cast, session):
    order = kitchen.close_order(DAY, actor=None, now=LIMIT)
    Absence.objects.create(booking=cast.booked[0], told_at=AFTER)
    form = cook.get(reverse("desk:kitchen_amend", args=[order.pk])).context["form"]
    assert [field.value() for field in form.meals()] == [0, 1, 0]
    typed = {"meals0": "4", "meals1": "1", "meals2": "", "token": str(uuid4())}
    refused = post(cook, "kitchen_amend", order.pk, **typed, reason="")
    assert list(errors(refused)) == ["reason"]
    assert 'value="4"' in refused.content.decode()
    done = post(cook, "kitchen_amend", order.pk, **typed, reason="Quatre invités")
    latest = KitchenOrder.objects.get(replaces=order)
    assert said(done) == [f"La commande {latest.number} remplace {order.number}."]
    record = read(cook, "kitchen_order", order.pk)
    assert f"Cette commande a été remplacée par {latest.number}" in record
    assert "Quatre invités" in read(cook, "kitchen_orders")


def test_a_colleague_who_amended_first_is_not_overwritten(cook, cast, session):
    order = kitchen.close_order(DAY, actor=None, now=LIMIT)
    kitchen.amend_order(order, {}, reason="Grève", token=uuid4(), actor=cast.agnes, now=AFTER)
    refused = post(cook, "kitchen_amend", order.pk, meals0="4", reason="Invités", token=str(uuid4()))
    assert refused.status_code == 422
    assert KitchenOrder.objects.count() == 2
    assert cook.get(reverse("desk:kitchen_amend", args=[order.pk])).status_code == 302


@pytest.mark.parametrize("typed", ["-1", "deux", "501", "1,5"])
def test_a_number_of_adults_that_means_nothing_stays_to_be_corrected(cook, session, typed):
    refused = post(cook, "kitchen_adults", session.pk, adults0=typed)
    assert list(errors(refused)) == ["adults0"]
    assert f'value="{typed}"' in refused.content.decode()
    assert not AdultMeals.objects.exists()


def test_the_adults_are_added_to_the_day(cook, session):
    typed = {"adults0": "3", "adults1": "", "adults2": "1"}
    for told in ("Les repas d'adultes sont enregistrés.", "Rien n'avait changé."):
        assert said(post(cook, "kitchen_adults", session.pk, **typed))[-1] == told
    board = cook.get(reverse("desk:kitchen"), DATE).context["board"]
    assert [(row.is_adults, row.meals.count) for row in board.rows] == [(False, 2), (True, 4)]


@pytest.mark.parametrize("sheet", ["csv", "xlsx"])
def test_the_spreadsheet_has_the_need_beside_the_order(cook, cast, session, sheet):
    order = kitchen.close_order(DAY, actor=None, now=LIMIT)
    Absence.objects.create(booking=cast.booked[0], told_at=AFTER)
    response = cook.get(reverse("desk:kitchen_sheet", args=[sheet]), {**DATE, "periode": "semaine"})
    assert response["Content-Disposition"] == f'attachment; filename="repas-2026-11-30.{sheet}"'
    if sheet == "csv":
        rows = list(csv.reader(StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
        place = session.place.name
        assert rows[1:] == [
            ["03/12/2026", place, "Cantine", "Enfants", "habituel", "0", "0", "0", "1", "-1", order.number],
            ["03/12/2026", place, "Cantine", "Enfants", "sans porc", "1", "1", "1", "1", "0", order.number],
        ]
    else:
        assert BytesIO(response.content).read(2) == b"PK"


@pytest.mark.parametrize(("who", "status"), [("agnes", 200), ("lou", 200), ("remi", 403), ("renee", 403)])
def test_names_are_for_those_with_the_right_to_health_and_reading_them_is_told(
    client, cast, session, who, status
):
    client.force_login(getattr(cast, who))
    response = client.get(reverse("desk:kitchen_children"), DATE)
    assert response.status_code == status
    assert JournalEntry.objects.filter(verb="kitchen.names_read").count() == (status == 200)
    if status == 200:
        assert "Martin Noé" in text(response)
        assert "Trousse au bureau" in text(response)
        assert "Léa" not in text(response)


def test_the_cook_opens_the_kitchen_and_nothing_else(cook, session):
    menu = cook.get(reverse("desk:home")).context["desk_menu"]
    assert [entry.label for entry in menu] == ["Accueil", "Cuisine"]
    for page in ("lists", "households", "kitchen_children", "runs"):
        assert cook.get(reverse(f"desk:{page}")).status_code == 403


def test_an_empty_day_and_an_empty_week_say_so(cook, cast):
    assert "Aucun repas ce jour-là" in read(cook, "kitchen", date="2026-12-05")
    assert "Aucun repas cette semaine" in read(cook, "kitchen_week")
    assert "Aucune commande" in read(cook, "kitchen_orders")
    assert "rien à imprimer" in read(cook, "kitchen_print")
    assert read(cook, "kitchen", date="9999-99-99")
    assert read(cook, "kitchen_week", date="0001-01-01")


@pytest.mark.parametrize(("page", "count"), [("kitchen", 13), ("kitchen_week", 10), ("kitchen_print", 11)])
def test_more_children_and_places_cost_no_more_queries(
    cook, cast, session, page, count, django_assert_num_queries
):
    kitchen.close_order(DAY, actor=None, now=LIMIT)
    cook.get(reverse(f"desk:{page}"), DATE)
    with django_assert_num_queries(count):
        cook.get(reverse(f"desk:{page}"), DATE)
    for number in range(4):
        other = make.SessionFactory(service=cast.canteen, place__name=f"Lieu {number}", date=DAY)
        make.BookingFactory(child=cast.zoe, session=other, household=cast.alice.household)
    with django_assert_num_queries(count):
        cook.get(reverse(f"desk:{page}"), DATE)
