"""A run: drafted, thrown away, done again, published once, whoever presses and however often."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from portail.billing import queries
from portail.billing.actions import drafting, ledger, runs
from portail.billing.actions.anomalies import ReasonNeeded, accept
from portail.billing.models import Anomaly, Charge, ChargeComponent, Invoice, InvoiceRun, Movement, Series
from portail.billing.queries.runs import totals
from portail.core.models import JournalEntry, OutboxMail
from tests import factories as make
from tests.factories import NOW

from .town import OCTOBER, PRICES, SEPTEMBER, absent, book, cancel, drafted, family, published, regulate, work
from .town import sessions as days

pytestmark = pytest.mark.django_db
State = InvoiceRun.State


@pytest.fixture
def town(db):
    make.CommuneFactory()
    regulate()


def content() -> list[tuple]:
    """All that a draft holds, without keys."""
    return [
        (i.account.household.name, i.amount, [(x.label, x.days, x.quantity, x.amount) for x in i.lines.all()])
        for i in Invoice.objects.order_by("account__household__name_key", "pk")
    ]


def test_a_draft_gathers_what_is_due_by_child_and_price(town):
    household, child = family()
    book(household, child, days(OCTOBER[0], 3))
    run = drafted(*OCTOBER)
    assert (run.state, run.title, totals(run)) == (State.DRAFT, "Octobre 2026", (1, Decimal("10.50")))
    [invoice] = run.invoices.all()
    assert (invoice.number, invoice.account.household) == (None, household)
    [line] = invoice.lines.all()
    assert (line.child_label, line.label, line.quantity, line.unit_price) == (
        "Léa",
        "Cantine",
        3,
        Decimal("3.50"),
    )
    assert line.days == ["2026-10-01", "2026-10-02", "2026-10-05"]
    assert line.explanation["sentence"].startswith("3,50 €")
    assert Movement.objects.count() == 0


def test_only_one_run_is_open(town):
    run = drafted(*OCTOBER)
    with pytest.raises(runs.RunOpen) as refused:
        runs.start(*SEPTEMBER, due_on=date(2026, 12, 31), actor=None, now=NOW)
    assert refused.value.run == run


def test_a_draft_done_again_is_the_same(town):
    household, child = family()
    book(household, child, days(OCTOBER[0], 3))
    run = drafted(*OCTOBER)
    before = content()
    runs.redo(run, actor=None, now=NOW)
    work()
    assert content() == before
    assert Charge.objects.count() == ChargeComponent.objects.count() == 3


def test_a_draft_thrown_away_leaves_nothing_and_charges_by_hand_wait(town):
    household, child = family()
    book(household, child, days(OCTOBER[0], 1))
    manual = make.ChargeFactory(
        account=ledger.account_of(household, now=NOW),
        kind=Charge.Kind.OTHER,
        label="Retard",
        amount=Decimal("10.00"),
    )
    run = drafted(*OCTOBER)
    assert totals(run) == (1, Decimal("13.50"))
    runs.discard(run, actor=None, now=NOW)
    runs.discard(run, actor=None, now=NOW)
    assert list(Charge.objects.all()) == [manual]
    manual.refresh_from_db()
    assert (manual.line, Invoice.objects.count()) == (None, 0)
    assert totals(drafted(*OCTOBER)) == (1, Decimal("13.50"))


def test_a_published_run_numbers_in_the_order_of_names_and_enters_the_accounts(town):
    make.CommuneFactory()
    for name in ("PETIT", "BERNARD", "MARTIN"):
        household, child = family(name)
        book(household, child, days(OCTOBER[0], 1, place=make.PlaceFactory(name=f"Lieu {name}")))
    run = published(*OCTOBER)
    assert [(i.number, i.account.household.name) for i in run.invoices.order_by("number")] == [
        (2026000000001, "BERNARD"),
        (2026000000002, "MARTIN"),
        (2026000000003, "PETIT"),
    ]
    assert {(m.kind, m.amount, m.label) for m in Movement.objects.filter(account=household.account)} == {
        ("invoice", Decimal("3.50"), "Facture 2026000000002")
    }
    assert all(i.document and i.told_at for i in run.invoices.all())
    assert (
        JournalEntry.objects.filter(subject=household.journal_subject, verb="invoice.published").count() == 1
    )


def test_publishing_twice_changes_nothing(town):
    household, child = family()
    book(household, child, days(OCTOBER[0], 1))
    household.invoices_by_mail = True
    household.save()
    make.AdultFactory(household=household)
    run = published(*OCTOBER)
    before = content(), Movement.objects.count(), OutboxMail.objects.count(), JournalEntry.objects.count()
    assert OutboxMail.objects.count() == 1
    runs.publish(run, actor=None, now=NOW)
    work()
    assert (
        content(),
        Movement.objects.count(),
        OutboxMail.objects.count(),
        JournalEntry.objects.count(),
    ) == before


def test_an_advance_pays_the_invoice_by_itself_and_the_balance_is_told(town):
    household, child = family()
    book(household, child, days(OCTOBER[0], 2))
    account = ledger.account_of(household, now=NOW)
    paid = ledger.enter(
        account, Movement.Kind.PAYMENT, Decimal("-5.00"), "Avance", day=OCTOBER[0], now=NOW, actor=None
    )
    run = published(*OCTOBER)
    [invoice] = run.invoices.all()
    assert (invoice.previous, invoice.amount, queries.balance(account)) == (
        Decimal("-5.00"),
        Decimal("7.00"),
        Decimal("2.00"),
    )
    assert ledger.left_of([paid, invoice.movement]) == {
        paid.pk: Decimal("0.00"),
        invoice.movement.pk: Decimal("2.00"),
    }


def test_what_changed_since_the_draft_is_done_again_and_looked_at(town):
    household, child = family()
    _first, second = book(household, child, days(OCTOBER[0], 2))
    run = drafted(*OCTOBER)
    cancel(second)
    runs.publish(run, actor=None, now=NOW, seen=(1, Decimal("7.00")))
    work()
    run.refresh_from_db()
    assert (run.state, totals(run)) == (State.DRAFT, (1, Decimal("3.50")))
    assert [a.code for a in run.anomalies.all()] == ["changed"]
    runs.publish(run, actor=None, now=NOW)
    work()
    run.refresh_from_db()
    assert run.state == State.PUBLISHED


def test_an_address_mended_since_the_draft_is_printed(town):
    household, child = family()
    book(household, child, days(OCTOBER[0], 1))
    run = drafted(*OCTOBER)
    household.street = "3 impasse du Moulin"
    household.save()
    runs.publish(run, actor=None, now=NOW)
    work()
    assert run.invoices.get().recipient == ["MARTIN", "3 impasse du Moulin", "14220 Valmont-sur-Orne"]


def test_what_is_refused_before_publication(town):
    run = drafted(*OCTOBER)
    with pytest.raises(runs.NothingToPublish):
        runs.publish(run, actor=None, now=NOW)
    household, child = family()
    book(household, child, days(OCTOBER[0], 1))
    runs.redo(run, actor=None, now=NOW)
    work()
    with pytest.raises(runs.SeenOtherwise):
        runs.publish(run, actor=None, now=NOW, seen=(1, Decimal("3.49")))
    with pytest.raises(runs.DueTooEarly):
        runs.publish(run, actor=None, now=NOW, due_on=date(2026, 11, 24))
    runs.discard(run, actor=None, now=NOW)
    with pytest.raises(runs.NotADraft):
        runs.publish(run, actor=None, now=NOW)
    with pytest.raises(runs.NotADraft):
        runs.redo(run, actor=None, now=NOW)


def test_a_published_run_is_not_thrown_away(town):
    household, child = family()
    book(household, child, days(OCTOBER[0], 1))
    run = published(*OCTOBER)
    with pytest.raises(runs.NotADraft):
        runs.discard(run, actor=None, now=NOW)
    assert Invoice.objects.filter(number__isnull=False).count() == 1


def test_what_no_rule_prices_blocks_until_it_is_accepted_with_a_reason(town):
    household, child = family()
    book(household, child, days(OCTOBER[0], 1))
    care = make.ServiceFactory(code="soir", name="Garderie du soir")
    book(household, child, days(OCTOBER[0], 2, service=care))
    run = drafted(*OCTOBER)
    [anomaly] = run.anomalies.all()
    assert (anomaly.code, anomaly.severity, anomaly.child) == ("no_rule", "blocking", child)
    assert anomaly.message.startswith("Léa : ")
    with pytest.raises(runs.Blocked) as refused:
        runs.publish(run, actor=None, now=NOW)
    assert refused.value.count == 1
    agent = make.UserFactory()
    with pytest.raises(ReasonNeeded):
        accept([anomaly], "  ", actor=agent, now=NOW)
    assert accept([anomaly], "Gratuite en octobre", actor=agent, now=NOW) == 1
    assert accept([anomaly], "Encore", actor=agent, now=NOW) == 0
    runs.redo(run, actor=None, now=NOW)
    work()
    assert run.anomalies.get().accepted_because == "Gratuite en octobre"
    runs.publish(run, actor=None, now=NOW)
    work()
    assert run.invoices.get().amount == Decimal("3.50")


def codes(run) -> set[str]:
    return set(run.anomalies.values_list("code", flat=True))


def test_the_anomalies_of_a_dossier(town):
    household, child = family(quotient=None)
    household.street, household.closed_at = "", NOW
    household.save()
    book(household, child, days(OCTOBER[0], 1))
    run = drafted(*OCTOBER)
    assert codes(run) == {"no_quotient", "no_address", "closed"}
    assert set(run.anomalies.values_list("severity", flat=True)) == {"warning"}


def test_twice_the_usual_is_seen(town):
    household, child = family()
    account = ledger.account_of(household, now=NOW)
    for amount in ("10.00", "12.00"):
        make.InvoiceFactory(account=account, amount=Decimal(amount))
    book(household, child, days(OCTOBER[0], 10))
    run = drafted(*OCTOBER)
    assert codes(run) == {"twice"}
    assert "35,00" in run.anomalies.get().message
    assert "11,00" in run.anomalies.get().message


def test_under_the_minimum_it_waits_for_the_next_run(town):
    regulate(PRICES + "\n[billing]\nminimum = 10\n")
    household, child = family()
    book(household, child, days(SEPTEMBER[0], 2))
    other, theirs = family("DURAND")
    book(other, theirs, days(date(2026, 9, 8), 4, place=make.PlaceFactory(name="Autre")))
    run = published(*SEPTEMBER)
    assert [i.account.household for i in run.invoices.all()] == [other]
    assert codes(run) == {"too_little"}
    book(household, child, days(OCTOBER[0], 2))
    run = drafted(*OCTOBER)
    assert [(i.account.household, i.amount) for i in run.invoices.all()] == [(household, Decimal("14.00"))]


def test_a_month_never_invoiced_is_caught_up_and_flagged(town):
    household, child = family()
    book(household, child, days(SEPTEMBER[0], 1))
    published(*SEPTEMBER)
    book(household, child, days(OCTOBER[0], 2))
    november = date(2026, 11, 1), date(2026, 11, 30)
    book(household, child, days(november[0], 1))
    run = drafted(*november)
    assert codes(run) == {"catch_up"}
    assert "octobre 2026" in run.anomalies.get().message
    reasons = {c.reason for c in Charge.objects.filter(line__invoice__run=run)}
    assert reasons == {"", "Rattrapage : octobre 2026 n'avait pas encore été facturé."}
    assert totals(run)[1] == Decimal("10.50")


def test_nothing_is_caught_up_before_the_first_run(town):
    household, child = family()
    book(household, child, days(SEPTEMBER[0], 3))
    book(household, child, days(OCTOBER[0], 1))
    assert totals(drafted(*OCTOBER)) == (1, Decimal("3.50"))


def next_month(household, now=NOW + timedelta(days=1)):
    """The draft of the month after, and its lines for this household."""
    run = drafted(*OCTOBER, now=now)
    lines = [x for i in run.invoices.filter(account__household=household) for x in i.lines.all()]
    return run, lines


def test_a_booking_cancelled_after_its_invoice_becomes_an_adjustment_that_names_it(town):
    household, child = family()
    _first, second = book(household, child, days(SEPTEMBER[0], 2))
    invoice = published(*SEPTEMBER).invoices.get()
    cancel(second)
    run, [line] = next_month(household)
    [charge] = line.charges.all()
    assert (charge.kind, charge.amount, charge.adjusts.booking) == ("adjustment", Decimal("-3.50"), second)
    assert charge.reason == f"Réservation annulée le 24 novembre ; corrige la facture {invoice.number}."
    assert codes(run) == {"negative"}
    accept(run.anomalies.all(), "Avance", actor=make.UserFactory(), now=NOW)
    runs.publish(run, actor=None, now=NOW)
    work()
    assert queries.balance(household.account) == Decimal("3.50")
    assert next_month_is_empty(household)


def next_month_is_empty(household) -> bool:
    """Once corrected, nothing is corrected again."""
    run = drafted(date(2026, 11, 1), date(2026, 11, 30), now=NOW + timedelta(days=2))
    return not run.invoices.filter(account__household=household).exists()


def test_an_absence_told_after_the_invoice_is_given_back(town):
    household, child = family()
    bookings = book(household, child, days(SEPTEMBER[0], 3))
    published(*SEPTEMBER)
    for booking in bookings[1:]:
        absent(booking)
    _run, [line] = next_month(household)
    assert (line.amount, line.charges.get().adjusts.booking) == (Decimal("-3.50"), bookings[2])
    assert line.charges.get().reason.startswith("Non facturé : Maladie ; corrige")


def test_a_quotient_with_an_earlier_effect_corrects_what_it_changes(town):
    household, child = family(quotient="1200")
    book(household, child, days(SEPTEMBER[0], 2))
    published(*SEPTEMBER)
    make.QuotientFactory(
        household=household,
        value=Decimal("500"),
        proved_on=date(2026, 8, 20),
        received_on=date(2026, 8, 25),
        created_at=NOW + timedelta(hours=1),
    )
    _run, [line] = next_month(household)
    assert (line.quantity, line.amount) == (2, Decimal("-6.00"))
    assert "quotient 500" in line.explanation["reason"]
    charge = line.charges.first()
    assert sum(c.amount for c in charge.components.all()) == charge.amount


def test_a_booking_added_in_an_invoiced_month_is_billed_and_says_so(town):
    household, child = family()
    sessions = days(SEPTEMBER[0], 3)
    book(household, child, sessions[:2])
    published(*SEPTEMBER)
    [late] = book(household, child, sessions[2:])
    late.created_at = NOW + timedelta(hours=2)
    late.save()
    _run, [line] = next_month(household)
    assert (line.amount, line.charges.get().reason) == (
        Decimal("3.50"),
        "Ajouté après la facturation « Septembre 2026 ».",
    )


def test_a_new_regulation_changes_nothing_behind(town):
    household, child = family()
    _first, second = book(household, child, days(SEPTEMBER[0], 2))
    published(*SEPTEMBER)
    regulate(PRICES.replace("3.50", "4.10"))
    cancel(second)
    book(household, child, days(OCTOBER[0], 1))
    _run, lines = next_month(household)
    assert [line.amount for line in lines] == [Decimal("4.10"), Decimal("-3.50")]


def test_services_are_invoiced_apart_when_asked(town):
    regulate(PRICES + '\n[[tariffs]]\nname = "Soir"\nservices = ["soir"]\nprice = 2.00\n')
    household, child = family()
    care = make.ServiceFactory(code="soir", name="Garderie du soir")
    book(household, child, days(OCTOBER[0], 1))
    book(household, child, days(OCTOBER[0], 1, service=care))
    assert [x.amount for x in published(*OCTOBER, services=["soir"]).invoices.all()] == [Decimal("2.00")]
    assert [x.amount for x in drafted(*OCTOBER).invoices.all()] == [Decimal("3.50")]


def test_a_job_taken_up_halfway_ends_the_same(town, monkeypatch):
    monkeypatch.setattr(drafting, "A_BATCH", 1)
    for name in ("BERNARD", "DURAND", "MARTIN"):
        household, child = family(name)
        book(household, child, days(OCTOBER[0], 2, place=make.PlaceFactory(name=f"Lieu {name}")))
    run = runs.start(*OCTOBER, due_on=date(2026, 12, 31), actor=None, now=NOW)
    job = runs.Job.objects.get()
    next(runs.draft_job(job, lambda: NOW))
    assert (Invoice.objects.count(), runs.Job.objects.get().data["done"]) == (1, 1)
    work()
    assert [len(lines) for _, _, lines in content()] == [1, 1, 1]
    runs.publish(run, actor=None, now=NOW)
    job = runs.Job.objects.get(kind=runs.PUBLISH)
    next(runs.publish_job(job, lambda: NOW))
    assert Series.objects.count() == 0
    work()
    assert sorted(Invoice.objects.values_list("number", flat=True)) == [
        2026000000001,
        2026000000002,
        2026000000003,
    ]


def test_anomalies_tell_their_words():
    from portail.billing.actions import anomalies

    assert set(anomalies.LABELS) == set(anomalies.SEVERITIES) == set(anomalies.Code)
    assert set(anomalies.SEVERITIES.values()) <= set(Anomaly.Severity)
