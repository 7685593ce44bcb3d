"""The first page of the desk tells each colleague what waits for them, and nothing else."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from portail.core.models import WorkerBeat
from portail.desk.menu import MENU
from tests import factories as make
from tests.factories import NOW
from tests.payments.desk import paid


@pytest.fixture
def home(client, cast, time_machine):
    time_machine.move_to(NOW, tick=False)

    def opened(who):
        client.force_login(who)
        return client.get(reverse("desk:home"))

    return opened


def beat(ago):
    WorkerBeat.objects.create(name="automate", started_at=NOW, seen_at=NOW - ago)


def titles(page):
    return [task.title for task in page.context["tasks"]]


def test_nothing_to_do_is_said(home, cast):
    beat(timedelta(seconds=5))
    page = home(cast.agnes)
    assert titles(page) == []
    assert "Rien n'attend" in page.content.decode()


def test_what_waits_the_worst_first(home, cast):
    beat(timedelta(hours=2))
    make.RequestFactory(created_at=NOW - timedelta(days=3))
    make.RequestFactory()
    make.RequestFactory(kind="link", household=None)
    make.OutboxMailFactory(state="failed")
    make.OutboxMailFactory(state="pending", attempts=3)
    make.OutboxMailFactory(state="pending", attempts=0)
    page = home(cast.agnes)
    assert titles(page) == [
        "Les courriels ne partent plus",
        "1 courriel abandonné",
        "1 courriel en difficulté",
        "2 démarches à traiter",
        "1 compte à rattacher",
    ]
    assert "depuis samedi 21 novembre" in page.content.decode()


def test_the_cash_officer_finds_what_waits_in_the_drawer(home, cast):
    beat(timedelta(seconds=5))
    paid(cast.alice.household, "10.00", "cheque", date(2026, 11, 16))
    paid(cast.alice.household, "15.00", "cheque")
    paid(cast.alice.household, "20.00", "card", date(2026, 11, 17))
    paid(cast.alice.household, "5.00", "cash", date(2026, 11, 23))
    page = home(cast.renee)
    assert titles(page) == ["Caisse à compter", "Chèque : 2 paiements à remettre"]
    html = page.content.decode()
    assert "depuis lundi 16 novembre ; 25,00\xa0€ en tout" in html
    assert "?date=2026-11-23" in html
    assert titles(home(cast.remi)) == []


def test_no_worker_at_all_is_told_too(home, cast):
    assert titles(home(cast.agnes)) == ["Les courriels ne partent plus"]


def test_who_decides_nothing_is_asked_nothing(home, cast):
    make.RequestFactory()
    make.OutboxMailFactory(state="failed")
    for who in (cast.remi, cast.renee, cast.lou):
        assert titles(home(who)) == []


def test_the_sessions_of_today_or_of_the_next_day(home, cast):
    beat(timedelta(0))
    later = make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=date(2026, 11, 26))
    make.BookingFactory(child=cast.noe, household=cast.alice.household, session=later)
    page = home(cast.lou)
    assert "Prochaine journée : jeudi 26 novembre" in page.content.decode()
    assert [row.taken for row in page.context["sessions"]] == [1]
    make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=date(2026, 11, 24))
    assert "Aujourd'hui" in home(cast.lou).content.decode()


def test_the_menu_has_eight_entries_at_most_each_by_its_right(home, cast):
    assert len(MENU) <= 8

    def menu(who):
        return [entry.label for entry in home(who).context["desk_menu"]]

    assert menu(cast.alix) == [entry.label for entry in MENU]
    assert menu(cast.lou) == ["Accueil", "Listes du jour"]
    assert menu(cast.remi) == ["Accueil", "Familles", "Démarches", "Listes du jour"]


def test_the_current_entry_is_marked(home, client, cast):
    page = home(cast.agnes)
    assert [entry.label for entry in page.context["desk_menu"] if entry.is_current] == ["Accueil"]
    page = client.get(reverse("desk:household", args=[cast.alice.household.pk]))
    assert [entry.label for entry in page.context["desk_menu"] if entry.is_current] == ["Familles"]


def test_a_constant_number_of_queries(home, client, cast, django_assert_num_queries):
    make.SessionFactory(date=date(2026, 11, 24))
    home(cast.agnes)
    with django_assert_num_queries(16):
        client.get(reverse("desk:home"))
    for number in range(5):
        make.RequestFactory()
        make.SessionFactory(date=date(2026, 11, 24), place=make.PlaceFactory(name=f"Lieu {number}"))
    with django_assert_num_queries(16):
        client.get(reverse("desk:home"))
