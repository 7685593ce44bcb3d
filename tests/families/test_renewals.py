"""The reminders of February: who is written to, when, once each, whatever crashes."""

from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from portail.activities import queries as activities
from portail.core import jobs
from portail.core.models import Job, OutboxMail
from portail.families.actions import renewals
from portail.families.models import QuotientReminder
from tests import factories as make

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")


def at(month, day, hour=9):
    return datetime(2027, month, day, hour, tzinfo=PARIS)


def run(now):
    """What the worker does at this moment: the periodic job, then the work that it started."""
    renewals.start_reminders(now=now)
    while jobs.run_due(lambda: now):
        pass


def told():
    return sorted(OutboxMail.objects.values_list("to", flat=True))


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2027, 1, 29), None),
        (date(2027, 1, 30), (date(2027, 3, 1), 30)),
        (date(2027, 2, 18), (date(2027, 3, 1), 30)),
        (date(2027, 2, 19), (date(2027, 3, 1), 10)),
        (date(2027, 2, 28), (date(2027, 3, 1), 10)),
        (date(2027, 3, 1), None),
        (date(2028, 1, 31), (date(2028, 3, 1), 30)),
    ],
)
def test_which_reminder_is_due(day, due):
    assert renewals.due_reminder(activities.regulation().quotient, day) == due


def test_those_who_are_missing_are_written_to_twice_before_and_never_after(cast):
    make.QuotientFactory(household=cast.alice.household, kind="CAF")
    for now in (at(1, 29), at(1, 30), at(1, 30, 12), at(2, 10)):
        run(now)
    assert told() == ["alice@exemple.fr", "bob@exemple.fr", "charlie@exemple.fr"]
    first = OutboxMail.objects.get(to="alice@exemple.fr")
    assert first.subject_line == "Quotient familial : votre justificatif est attendu"
    assert "(742) ne comptera plus à partir du lundi 1er mars" in first.text
    assert "Un justificatif envoyé en retard compte à partir du mois qui suit" in first.text
    assert "Aucun quotient familial ne compte" in OutboxMail.objects.get(to="bob@exemple.fr").text
    for now in (at(2, 19), at(2, 20), at(3, 1), at(3, 20)):
        run(now)
    assert told() == sorted(["alice@exemple.fr", "bob@exemple.fr", "charlie@exemple.fr"] * 2)
    assert Job.objects.count() == 2


def test_whoever_has_sent_or_brought_a_proof_or_left_is_left_alone(cast):
    on = date(2027, 1, 30)
    make.QuotientFactory(household=cast.alice.household, kind="CAF", proved_on=on, received_on=on)
    make.RequestFactory(household=cast.bob.household, kind="quotient")
    type(cast.charlie.household).objects.filter(pk=cast.charlie.household.pk).update(closed_at=make.NOW)
    make.HouseholdFactory()  # without a child
    run(at(2, 1))
    assert told() == []
    assert not Job.objects.exists()


def test_nobody_is_written_to_where_the_regulation_names_no_reminder(cast):
    from portail.activities.actions.regulation import apply_regulation, default_text

    text = default_text("Valmont", "B").replace("reminders = [30, 10]", "")
    apply_regulation(text, "", actor=None, now=make.NOW)
    run(at(2, 20))
    assert told() == []


def test_a_work_that_dies_in_the_middle_goes_on_without_writing_twice(cast, monkeypatch):
    monkeypatch.setattr(renewals, "BATCH", 1)
    renewals.start_reminders(now=at(2, 1))
    job = Job.objects.get()
    list(islice(renewals.write_reminders(job, lambda: at(2, 1)), 1))
    assert OutboxMail.objects.count() == QuotientReminder.objects.count() == 1
    run(at(2, 1, 10) + timedelta(minutes=1))
    assert told() == ["alice@exemple.fr", "bob@exemple.fr", "charlie@exemple.fr"]
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (Job.State.DONE, 2, 2)


def test_asking_again_for_the_same_household_writes_nothing(cast):
    home, renewal = cast.alice.household, date(2027, 3, 1)
    assert renewals.remind(home.pk, renewal, 30, now=at(2, 1))
    assert not renewals.remind(home.pk, renewal, 30, now=at(2, 1))
    assert OutboxMail.objects.count() == 1
