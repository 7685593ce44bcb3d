"""The invented commune: whole, believable, and true to the guide."""

import json
import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.contrib.auth.password_validation import validate_password
from django.core.management import call_command
from django.db.models import Count, F, Q
from django.test import override_settings

from portail import rules
from portail.accounts.models import Role, User
from portail.activities import queries as activities
from portail.activities.actions.founding import CommuneExists
from portail.activities.actions.regulation import current_version
from portail.activities.models import Closing, School, Session
from portail.activities.queries import structure as commune_structure
from portail.activities.queries import whole_text
from portail.attendance.models import AdultMeals, KitchenOrder
from portail.billing.models import Account, Invoice, InvoiceRun, Movement
from portail.bookings import queries as bookings
from portail.bookings.actions.regulation import apply_file, plan
from portail.bookings.models import (
    Booking,
    ChildClosing,
    CustodyConflict,
    Enrolment,
    GroupChange,
    Receipt,
    ReceiptLine,
)
from portail.cli import invariants
from portail.core.models import JournalEntry
from portail.demo import accounts
from portail.demo.build import build
from portail.demo.timeline import CLOCK
from portail.families import custody
from portail.families.models import Adult, Child, ChildHealth, CustodyTerm, FamilyDocument, Household, Request
from portail.families.quotients import State, concerned, standings
from portail.messaging.models import Audience, News, PublicDocument
from portail.payments.models import CashCount, Deposit, Mode, Payment
from portail.payments.queries.dues import standing
from portail.payments.queries.takings import to_hand_over
from portail.rules.custody import shared_holidays

AUTUMN = date(2026, 11, 24)
ROOMS = ("accounts", "activities", "families", "bookings", "attendance", "messaging", "billing", "payments")
SAMPLE = 40


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker, tmp_path_factory):
    """The commune of that autumn, built once for the tests that only look at it. Gives its data folder."""
    folder = tmp_path_factory.mktemp("town")
    with django_db_blocker.unblock(), override_settings(DATA_DIR=folder, MEDIA_ROOT=folder / "files"):
        build(AUTUMN)
        yield folder
        call_command("flush", interactive=False, verbosity=0)


def assert_sound(today: date) -> None:
    assert [broken for find in invariants.ALL.values() for broken in find()] == []
    chance = random.Random(7)
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            keys = list(model._default_manager.values_list("pk", flat=True))
            for pk in chance.sample(keys, min(SAMPLE, len(keys))):
                # A request to be linked may hold nothing.
                model._default_manager.get(pk=pk).full_clean(exclude=["data"] if model is Request else None)
    now = f"{today.isoformat()}T23:59"
    for made in (Booking.created_at, Receipt.created_at, JournalEntry.at, Household.created_at):
        last = made.field.model._default_manager.order_by(f"-{made.field.name}").first()
        assert getattr(last, made.field.name).astimezone(CLOCK).isoformat() < now


def assert_guide_works(today: date) -> None:
    """The two dossiers of the guide: alone in their household, two children, places to take in the coming weeks."""
    for number, first_name in (("6354", "Maurice"), ("1901", "Marie")):
        adult = Adult.objects.get(household__number=number)
        assert (adult.first_name, adult.user) == (first_name, None)
        children = list(adult.household.children.all())
        assert len(children) == 2
        assert len({c.schoolings.order_by("-school_year__start").first().school for c in children}) == 1
        for child in children:
            enrolled = Enrolment.objects.filter(child=child, school_year__end__gte=today)
            assert set(enrolled.values_list("activity__code", flat=True)) >= {
                "restauration",
                "periscolaire",
                "mercredi",
            }
            for code in ("cantine", "soir", "mercredi"):
                free = free_sessions(child, code, today)
                assert free[0].date <= today + timedelta(days=60), code
                assert len(free) > 10, code


def free_sessions(child: Child, code: str, today: date) -> list[Session]:
    places = Enrolment.objects.filter(child=child, activity__services__code=code)
    taken = Count("bookings", filter=Q(bookings__state__in=Booking.TAKING))
    rows = Session.objects.filter(service__code=code, date__gt=today, closing=None)
    rows = rows.filter(place__in=places.values("place")).annotate(taken=taken)
    return list(rows.filter(taken__lt=F("capacity")).order_by("date"))


def test_agents_worked_for_whole_classes(town):
    """A class out for a day, told with a message; a lunch booked for another, with a receipt for each dossier."""
    outing = Closing.objects.exclude(audience="").get()
    assert outing.message
    assert ChildClosing.objects.filter(closing=outing).count() > 3
    change = GroupChange.objects.get()
    assert change.state == GroupChange.State.DONE
    assert change.receipts.exists()


def test_it_is_sound_and_the_guide_works_in_it(town, db):
    assert_sound(AUTUMN)
    assert_guide_works(AUTUMN)


def test_it_has_the_size_and_the_life_of_a_small_town(town, db):
    assert School.objects.count() == 3
    assert 110 <= Household.objects.count() <= 130
    assert 150 <= Child.objects.count() <= 260
    assert Booking.objects.filter(session__date__lt=AUTUMN).count() > 10_000
    assert Booking.objects.active().filter(session__date__gt=AUTUMN).count() > 1_000
    taken = Count("bookings", filter=Q(bookings__state__in=Booking.TAKING))
    coming = Session.objects.filter(date__gt=AUTUMN).annotate(taken=taken)
    assert 5 <= coming.filter(taken=F("capacity")).count() <= 40
    assert Closing.objects.filter(start__gt=AUTUMN, audience="").count() == 1
    assert set(Request.objects.filter(state="waiting").values_list("kind", flat=True)) == {
        "link",
        "change",
        "tax_certificate",
        "message",
        "quotient",
    }
    assert FamilyDocument.objects.filter(kind="file").count() == 3
    with FamilyDocument.objects.filter(kind="file").first().file.open() as document:
        assert document.read(5) == b"%PDF-"


def test_most_families_have_a_quotient_for_both_years_and_two_proofs_wait(town, db):
    homes = list(concerned(AUTUMN).order_by("number"))
    found = standings(homes, activities.regulation().quotient, on=AUTUMN)
    values = sorted(one.found.value for one in found.values() if one.found.proved)
    assert 5 <= sum(one.asks for one in found.values()) <= 20
    assert {one.state for one in found.values()} == {State.GOOD, State.MISSING}
    assert len(values) > 90
    assert values[0] < 400
    assert values[-1] > 1600
    assert 600 < values[len(values) // 2] < 1000
    assert Household.objects.annotate(proofs=Count("quotients")).filter(proofs=2).count() > 60
    waiting = Request.objects.filter(kind="quotient", state="waiting")
    types = set(FamilyDocument.objects.filter(request__in=waiting).values_list("content_type", flat=True))
    assert types == {"image/jpeg", "application/pdf"}


def test_separated_parents_share_children_and_book_every_other_week(town, db):
    awa = Child.objects.get(first_name="Awa")
    mother, father = awa.households.order_by("number")
    assert {adult.user.username for adult in Adult.objects.filter(household__in=[mother, father])} == {
        "camille",
        "amadou",
    }
    weeks = {
        household: {
            b.session.date.isocalendar().week % 2
            for b in awa.bookings.filter(household=household).select_related("session")
        }
        for household in (mother, father)
    }
    assert weeks == {mother: {1}, father: {0}}
    assert Child.objects.annotate(homes=Count("households")).filter(homes=2).count() == 3


def test_the_calendars_of_separated_parents_are_those_of_their_bookings(town, db):
    shared = Child.objects.annotate(homes=Count("households")).filter(homes=2)
    calendars = CustodyTerm.objects.in_force().filter(kind="calendar")
    assert sorted(calendars.values_list("child", flat=True)) == sorted(shared.values_list("pk", flat=True))
    known = custody.of_children(shared.values_list("pk", flat=True))
    holidays = shared_holidays(activities.calendar().entries)
    rows = Booking.objects.active().filter(child__in=shared).select_related("session__service")
    away = {
        row.pk
        for row in rows
        if known[row.child_id].away(
            row.household_id, row.session.date, holidays, at=row.session.service.starts_at
        )
    }
    assert away == set(CustodyConflict.objects.waiting(AUTUMN).values_list("booking", flat=True))
    assert 0 < len(away) < 4
    assert CustodyTerm.objects.waiting().get().kind == "exchange"


def test_the_news_of_the_guide_come_first_and_follow_the_year(town, db):
    news = list(News.objects.filter(audience=Audience.PUBLIC).order_by("-since"))
    assert [item.title for item in news] == ["Quotient familial", "Fermeture Août", "Délais de Réservation"]
    assert news[1].body.endswith("sera fermé du 1er au 15 août 2027.")
    assert all(AUTUMN - timedelta(days=60) < item.since <= AUTUMN for item in news)
    assert PublicDocument.objects.filter(audience=Audience.PUBLIC).count() == 3


def test_who_may_sign_in_is_written_down_and_can(town, db):
    people = json.loads((town / accounts.FILE).read_text(encoding="utf-8"))
    assert [person["role"] for person in people] == [
        "Administration",
        "Agent",
        "Régie",
        "Animation",
        "Cuisine",
        "Consultation",
        "Famille",
        "Famille",
        "Famille",
    ]
    for person in people:
        user = User.objects.get(username=person["username"])
        assert user.check_password(person["password"])
        validate_password(person["password"], user)
    others = User.objects.exclude(username__in=[p["username"] for p in people]).exclude(username="nadia")
    assert others.filter(role=Role.FAMILY).count() > 40
    assert not any(user.has_usable_password() for user in others)


def test_the_kitchen_has_its_orders_diets_and_adults(town, db):
    orders = KitchenOrder.objects.filter(replaced_by=None)
    assert orders.count() >= 4
    assert KitchenOrder.objects.filter(version=2).count() == 1
    assert all(order.lines.exists() for order in orders)
    assert ChildHealth.objects.exclude(diet="").count() > 5
    assert AdultMeals.objects.filter(session__date__gte=AUTUMN).exists()


def test_its_whole_regulation_exported_then_applied_changes_nothing(town, db):
    text, now = whole_text(), datetime(AUTUMN.year, AUTUMN.month, AUTUMN.day, 9, tzinfo=UTC)
    structure, lines, version = commune_structure(), JournalEntry.objects.count(), current_version()
    assert len(rules.parse(text).structure.services) == 5
    found = plan(rules.parse(text), now=now)
    assert (found.is_empty, found.deadlines, found.refusals) == (True, (), ())
    assert apply_file(text, "", actor=None, now=now).version.version == version
    assert (commune_structure(), JournalEntry.objects.count()) == (structure, lines)
    assert whole_text() == text


def test_the_cash_desk_has_lived(town, db):
    """By every mode, some late, one too much, one cheque unpaid; handed over and counted; something left to do."""
    assert {payment.mode for payment in Payment.objects.all()} == set(Mode.values)
    assert {slip.mode for slip in Deposit.objects.all()} >= {Mode.CASH, Mode.CHEQUE, Mode.CARD}
    assert CashCount.objects.exclude(note="").exists()
    assert CashCount.objects.filter(note="").exists()
    assert to_hand_over(Mode.CHEQUE).exists()
    (undone,) = Movement.objects.filter(kind=Movement.Kind.REVERSAL)
    assert undone.reverses.payment.mode == Mode.CHEQUE
    stands = [standing(account) for account in Account.objects.all()]
    assert any(each.advance for each in stands)
    assert any(debt.due_on < AUTUMN for each in stands for debt in each.debts)
    assert Payment.objects.filter(received_on__gt=F("movement__pays__debit__invoice__due_on")).exists()


def test_building_twice_changes_nothing(town, db):
    before = Booking.objects.count(), User.objects.count()
    with pytest.raises(CommuneExists):
        build(AUTUMN)
    assert (Booking.objects.count(), User.objects.count()) == before


def test_the_months_that_are_over_are_invoiced(town):
    runs = InvoiceRun.objects.order_by("first")
    assert [(run.title, run.state) for run in runs] == [
        ("Septembre 2026", "published"),
        ("Octobre 2026", "published"),
    ]
    numbers = list(Invoice.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(2026000000001, 2026000000001 + len(numbers)))
    assert len(numbers) > 100
    assert not Invoice.objects.filter(document=None).exists()
    assert not Invoice.objects.filter(amount__lt=0).exists()


def test_what_is_booked_has_a_price_told_by_the_receipts(town):
    """But for the dossier whose residence is not known yet."""
    law = bookings.law(datetime(2026, 11, 24, 12, tzinfo=CLOCK))
    first, last = date(2026, 11, 24), date(2026, 12, 31)
    households = list(Household.objects.exclude(residence=""))
    facts = bookings.knowledge(households, first, last, regulation=law.regulation, with_baskets=True)
    prices = bookings.Prices(law.regulation, law.calendar, facts)
    bills = [prices.basket(home.pk, facts.basket(home.pk)).bill for home in households]
    assert [place for bill in bills for place in bill.places if place.unknown] == []
    assert sum(bill.total for bill in bills) > 5_000
    assert {home.residence for home in households} == {"commune", "extérieur"}
    assert rules.broken_examples(law.regulation, law.calendar) == ()
    recent = ReceiptLine.objects.filter(receipt__created_at__date__gte=date(2026, 10, 1))
    assert recent.exists()
    booked = recent.filter(change__in=[ReceiptLine.Change.ADDED, ReceiptLine.Change.REMOVED])
    # What the service closes and who waits have no price of their own.
    assert not booked.filter(price=None, receipt__closing=None).exists()
    assert set(Enrolment.objects.values_list("profile", flat=True)) == {"régulier", "occasionnel"}


def test_a_full_day_has_its_list_and_a_place_that_is_offered(town):
    (offered,) = Booking.objects.filter(state=Booking.State.OFFERED).select_related("session", "household")
    lunch = offered.session
    assert lunch.bookings.taking_a_place().count() == lunch.capacity
    assert lunch.bookings.filter(state=Booking.State.WAITING).exists()
    assert offered.household.adults.exclude(user=None).exists(), "somebody of the trial may answer"
