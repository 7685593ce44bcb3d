"""The kitchen's order: closed once at its limit, numbered, mailed; what follows is a difference or a new version."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from portail.attendance.actions import kitchen
from portail.attendance.models import KitchenOrder
from portail.attendance.queries.meals import Dish, differences, needs, ordered
from portail.bookings.models import Absence
from portail.core.models import JournalEntry, OutboxMail
from tests import factories as make
from tests.attendance.kitchen import AFTER, BEFORE, DAY, LIMIT, RULES, book, health, lunch, rules, said
from tests.threads import all_at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(cast):
    rules()
    return lunch(cast)


def order_of(day: date = DAY) -> KitchenOrder | None:
    return KitchenOrder.objects.filter(day=day, replaced_by=None).first()


def gaps(order: KitchenOrder) -> dict[str, tuple[int, int, int]]:
    return said(differences(ordered(order), needs(order.day, order.day).get(order.day, {})))


@pytest.mark.parametrize(("now", "closed"), [(BEFORE, False), (LIMIT, True), (AFTER, True)])
def test_the_order_closes_at_its_limit_by_itself(cast, session, now, closed):
    book(cast, session, "lea", "noe")
    kitchen.close_due(now=now)
    assert (order_of() is not None) is closed


def test_the_worker_closes_once_with_nobody_as_author(cast, session):
    book(cast, session, "lea", "noe")
    health(cast.noe, diet="sans porc", allergies="Kiwi")
    for minutes in (0, 5):
        kitchen.close_due(now=LIMIT + timedelta(minutes=minutes))
    [order] = KitchenOrder.objects.all()
    assert said(ordered(order)) == {"child": (1, 0, 0), "child sans porc": (1, 1, 0)}
    assert (order.is_automatic, order.limit_at, order.created_at) == (True, LIMIT, LIMIT)
    assert order.number == f"C-2026-{order.pk:05d}"
    [entry] = JournalEntry.objects.filter(verb="kitchen.ordered")
    assert entry.summary == f"Repas du jeudi 3 décembre : commande {order.number}, 2 repas"


def test_a_day_gone_is_never_ordered(cast, session):
    book(cast, session, "lea")
    kitchen.close_due(now=datetime(2026, 12, 4, 9, tzinfo=UTC))
    assert order_of() is None
    with pytest.raises(kitchen.DayGone):
        kitchen.close_order(DAY, actor=cast.agnes, now=datetime(2026, 12, 4, 9, tzinfo=UTC))


def test_without_a_limit_only_an_agent_closes(cast):
    rules('format = 1\n[commune]\nname = "A"')
    book(cast, lunch(cast), "lea")
    kitchen.close_due(now=AFTER)
    assert order_of() is None
    order = kitchen.close_order(DAY, actor=cast.agnes, now=BEFORE)
    assert kitchen.close_order(DAY, actor=cast.alix, now=AFTER) == order
    assert (order.author_label, order.limit_at) == (str(cast.agnes), None)


def test_a_day_without_any_meal_service_has_nothing_to_order(cast, session):
    session.closing = make.ClosingFactory()
    session.save()
    with pytest.raises(kitchen.NothingServed):
        kitchen.close_order(DAY, actor=cast.agnes, now=BEFORE)
    assert order_of() is None


def test_nobody_booked_is_an_order_of_nothing(cast, session):
    kitchen.close_due(now=LIMIT)
    order = order_of()
    assert order is not None
    assert ordered(order) == {}


def test_what_changes_after_the_order_is_a_difference(cast, session):
    [lea, _] = book(cast, session, "lea", "noe")
    order = kitchen.close_order(DAY, actor=None, now=LIMIT)
    Absence.objects.create(booking=lea, told_at=AFTER)
    book(cast, session, "zoe")
    health(cast.zoe, diet="sans porc")
    health(cast.noe, allergies="Kiwi")
    assert gaps(order) == {"child": (-1, 1, 0), "child sans porc": (1, 0, 0)}
    assert said(ordered(order)) == {"child": (2, 0, 0)}


def test_an_amendment_is_a_version_and_nothing_is_overwritten(cast, session):
    book(cast, session, "lea")
    health(cast.lea, allergies="Kiwi")
    first = kitchen.close_order(DAY, actor=None, now=LIMIT)
    usual = Dish(session.place_id, session.service_id, "child")
    values = {"reason": "Classe en sortie", "token": uuid4(), "actor": cast.agnes, "now": AFTER}
    second = kitchen.amend_order(first, {usual: 12}, **values)
    assert kitchen.amend_order(first, {usual: 12}, **values) == second
    assert (said(ordered(first)), said(ordered(second))) == ({"child": (1, 1, 0)}, {"child": (12, 1, 0)})
    assert (second.version, second.replaces, second.reason) == (2, first, "Classe en sortie")
    assert order_of() == second
    assert gaps(second) == {"child": (-11, 0, 0)}
    with pytest.raises(kitchen.AmendedMeanwhile) as refused:
        kitchen.amend_order(first, {usual: 3}, **{**values, "token": uuid4()})
    assert refused.value.latest == second
    assert KitchenOrder.objects.count() == 2


def test_an_amendment_says_why(cast, session):
    order = kitchen.close_order(DAY, actor=None, now=LIMIT)
    with pytest.raises(ValidationError):
        kitchen.amend_order(order, {}, reason=" ", token=uuid4(), actor=cast.agnes, now=AFTER)


@pytest.mark.parametrize(("email", "mails"), [('\nemail = "cuisine@exemple.fr"', 1), ("", 0)])
def test_the_order_is_mailed_to_the_kitchen_when_it_has_an_address(cast, email, mails):
    rules(RULES + email)
    book(cast, lunch(cast), "lea")
    health(cast.lea, diet="sans porc", has_pai=True)
    order = kitchen.close_order(DAY, actor=None, now=LIMIT)
    sent = list(OutboxMail.objects.filter(kind="attendance/mail/kitchen_order"))
    assert [(mail.to, mail.subject_line) for mail in sent] == [
        ("cuisine@exemple.fr", f"Repas du jeudi 3 décembre : commande {order.number}")
    ] * mails
    assert order.sent_to == ("cuisine@exemple.fr" if mails else "")
    for mail in sent:
        assert "Cantine, sans porc : 1 (dont 1 PAI)" in mail.text
        assert "Léa" not in mail.text + mail.html


def test_the_job_asks_nothing_more_for_ten_days_than_for_two(cast, django_assert_num_queries):
    rules()
    for day in (3, 4):
        lunch(cast, date(2026, 12, day))
    with django_assert_num_queries(5):
        kitchen.close_due(now=make.NOW)
    for day in range(7, 12):
        lunch(cast, date(2026, 12, day))
    with django_assert_num_queries(5):
        kitchen.close_due(now=make.NOW)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_closing_many_times_at_once_is_one_order(cast, session):
    book(cast, session, "lea", "noe")
    found = all_at_once([lambda: kitchen.close_order(DAY, actor=cast.agnes, now=LIMIT).pk] * 6)
    assert found == [found[0]] * 6
    assert KitchenOrder.objects.count() == 1
    assert JournalEntry.objects.filter(verb="kitchen.ordered").count() == 1
