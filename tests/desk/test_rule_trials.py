"""A grid tried on the real bookings of a month: totals before and after, families that pay more or less."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from portail.activities.actions.drafts import keep_draft
from portail.activities.actions.regulation import apply_regulation
from portail.billing.actions import trials
from portail.billing.models import Charge
from portail.core import jobs
from portail.core.models import Job, JournalEntry
from tests import factories as make
from tests.billing.town import HEAD, PRICES, book, family, sessions
from tests.desk.screens import errors, post, said
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DEARER = HEAD + PRICES.replace("3.50", "3.80").replace("2.00", "1.90")
MONTH = "2026-10"


def clock():
    return NOW


@pytest.fixture
def town(administration, cast):
    """Two families that booked in October: quotient 742 four times, 300 twice."""
    apply_regulation(HEAD + PRICES, "", actor=None, now=NOW)
    keep_draft(DEARER, over=1, actor=cast.alix, now=NOW)
    found = sessions(date(2026, 10, 5), 4)
    book(*family(), found)
    book(*family("DURAND", quotient="300"), found[:2])
    return administration


def start(client, **values):
    return post(client, "rule_trial", **{"texte": "brouillon", "mois": MONTH, **values})


def finish():
    jobs.finish(Job.objects.get(kind=trials.KIND, state=Job.State.WAITING), clock)


def test_the_totals_before_and_after_are_those_of_the_real_bookings(town):
    assert start(town).status_code == 302
    page = town.get(reverse("desk:rule_trial")).content.decode()
    assert "L'essai va commencer" in page
    finish()
    page = town.get(reverse("desk:rule_trial"))
    told = page.context["trial"]
    assert (told["before"], told["after"], told["change"]) == (
        Decimal("18.00"),
        Decimal("19.00"),
        Decimal("1.00"),
    )
    assert (told["result"].bookings, told["result"].households) == (6, 2)
    assert [(words, count) for _, words, count in told["families"]] == [
        ("jusqu'à 5 € de moins", 1),
        ("jusqu'à 5 € de plus", 1),
    ]
    assert told["result"].extremes == [Decimal("-0.20"), Decimal("1.20")]
    assert "MARTIN" not in page.content.decode()
    assert not Charge.objects.exists()
    assert JournalEntry.objects.get(verb="regulation.tried").actor is not None


def test_what_is_applied_meanwhile_changes_nothing_to_the_answer(town):
    start(town)
    apply_regulation(HEAD + PRICES.replace("3.50", "9.00"), "", actor=None, now=NOW)
    finish()
    assert town.get(reverse("desk:rule_trial")).context["trial"]["before"] == Decimal("18.00")


def test_a_trial_taken_up_again_counts_nobody_twice(town, monkeypatch):
    monkeypatch.setattr(trials, "BATCH", 1)
    start(town)
    job = Job.objects.get(kind=trials.KIND)
    work = trials.try_on_bookings(job, clock)
    assert next(work) == (1, 2)
    work.close()
    finish()
    told = town.get(reverse("desk:rule_trial")).context["trial"]
    assert (told["after"], told["result"].households) == (Decimal("19.00"), 2)


def test_bookings_without_a_price_are_told_never_counted_for_nothing(town, cast):
    keep_draft(HEAD, over=1, actor=cast.alix, now=NOW)
    start(town)
    finish()
    page = town.get(reverse("desk:rule_trial"))
    assert page.context["trial"]["result"].gaps == [0, 6]
    assert "6 réservations sans prix avec ce texte" in page.content.decode()


def test_one_trial_at_a_time(town):
    for _ in range(2):
        told = said(start(town))
    assert "Votre essai précédent n'est pas fini" in told[-1]
    assert Job.objects.filter(kind=trials.KIND).count() == 1


def test_a_month_without_bookings_says_so(town):
    start(town, mois="2026-08")
    finish()
    assert "Aucune réservation ce mois-là" in town.get(reverse("desk:rule_trial")).content.decode()


def test_without_another_text_it_is_said_what_to_do(administration):
    assert "Écrivez d'abord un brouillon" in administration.get(reverse("desk:rule_trial")).content.decode()


@pytest.mark.parametrize(
    "wrong", [{"mois": "1999-01"}, {"texte": "en-vigueur"}, {"mois": "x"}, {"texte": ""}]
)
def test_what_is_not_in_the_lists_is_told(town, wrong):
    page = start(town, **wrong)
    assert page.status_code == 422
    assert list(errors(page)) == list(wrong)
    assert not Job.objects.filter(kind=trials.KIND).exists()


def test_a_trial_that_broke_says_what_to_do(town):
    start(town)
    Job.objects.filter(kind=trials.KIND).update(state=Job.State.FAILED)
    assert "Relancez-le" in town.get(reverse("desk:rule_trial")).content.decode()
    assert start(town).status_code == 302


@pytest.mark.parametrize("count", [1, 5])
def test_the_queries_of_a_batch_do_not_grow_with_its_families(town, django_assert_num_queries, count):
    seats = sessions(date(2026, 10, 6), 1, service=make.ServiceFactory(code="cantine2"))
    for number in range(count):
        book(*family(f"F{number}"), seats)
    start(town)
    job = Job.objects.get(kind=trials.KIND)
    with django_assert_num_queries(15):
        list(trials.try_on_bookings(job, clock))
    with django_assert_num_queries(6):
        town.get(reverse("desk:rule_trial"))
