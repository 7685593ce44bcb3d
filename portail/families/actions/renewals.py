"""The yearly renewal of quotients: those of whom nothing will count are written to, so many days before, once each.

Source: the guide, « L'actualisation des QF se fait durant le mois de février de chaque année » ; the dates are those
of the settings file (`quotient.renewal`, `quotient.reminders`).
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from portail.activities import queries as activities
from portail.core import jobs, journal, outbox
from portail.core.models import Job
from portail.families import quotients, recipients
from portail.families.models import Household, QuotientReminder
from portail.rules.quotients import QuotientRule

KIND = "quotient-reminders"
BATCH = 40


def start_reminders(*, now: datetime) -> None:
    """Begin to write, when a reminder is due and somebody is left to write to. Called as often as one likes."""
    rule = activities.regulation().quotient
    due = due_reminder(rule, timezone.localdate(now))
    if due is None:
        return
    renewal, days = due
    if any(_left(rule, renewal, days, timezone.localdate(now))):
        with transaction.atomic():
            subject = f"renewal:{renewal.isoformat()}:{days}"
            jobs.start(KIND, subject, data={"renewal": renewal.isoformat(), "days": days}, now=now)


def due_reminder(rule: QuotientRule, day: date) -> tuple[date, int] | None:
    """The renewal to come and the last of its reminders whose day has come; None when none has."""
    renewal = rule.next_renewal(day)
    if renewal is None:
        return None
    come = [days for days in rule.reminders if day >= renewal - timedelta(days=days)]
    return (renewal, min(come)) if come else None


def write_reminders(job: Job, clock: Callable[[], datetime]) -> Iterator[tuple[int, int]]:
    """The work: households by batches, each in a transaction of its own with the mark that it was written to."""
    renewal, days = date.fromisoformat(job.data["renewal"]), int(job.data["days"])
    today = timezone.localdate(clock())
    rule = activities.regulation().quotient
    left = _left(rule, renewal, days, today) if today < renewal else []
    for first in range(0, len(left), BATCH):
        for pk in left[first : first + BATCH]:
            remind(pk, renewal, days, now=clock())
        yield min(first + BATCH, len(left)), len(left)


def remind(household_id: int, renewal: date, days: int, *, now: datetime) -> bool:
    """Write to one household, if nothing will count on the renewal and it was not written to. Whether it was."""
    rule = activities.regulation().quotient
    with transaction.atomic():
        household = Household.objects.select_for_update().get(pk=household_id)
        standing = quotients.standing_of(household, rule, on=timezone.localdate(now))
        told = recipients.of_household(household)
        mark = {"household": household, "renewal": renewal, "days": days}
        if not told or not _is_left(standing, renewal) or QuotientReminder.objects.filter(**mark).exists():
            return False
        QuotientReminder.objects.create(**mark, sent_at=now)
        _write(household, told, standing, rule, now)
        journal.record(
            "quotient.reminded",
            household.journal_subject,
            summary=f"Rappel envoyé : quotient à renouveler avant le {renewal:%d/%m/%Y}",
            now=now,
        )
        return True


def _left(rule: QuotientRule, renewal: date, days: int, today: date) -> list[int]:
    """Whom to write to: households that can be, were not, and of whom nothing will count on the renewal."""
    address = Q(adults__email__gt="") | Q(
        adults__user__is_active=True, adults__user__activated_at__isnull=False
    )
    reminded = QuotientReminder.objects.filter(renewal=renewal, days=days).values("household")
    homes = quotients.concerned(today).filter(address).exclude(pk__in=reminded).order_by("pk").distinct()
    found = quotients.standings(homes.values_list("pk", flat=True), rule, on=today)
    return [pk for pk, standing in found.items() if _is_left(standing, renewal)]


def _is_left(standing: quotients.Standing, renewal: date) -> bool:
    return (
        standing.renewal == renewal
        and standing.after is not None
        and standing.after.proved is None
        and standing.waiting is None
    )


def _write(
    household: Household,
    told: list[recipients.Recipient],
    standing: quotients.Standing,
    rule: QuotientRule,
    now: datetime,
) -> None:
    assert standing.renewal is not None
    for recipient in told:
        with translation.override(recipient.language):
            late = quotients.late(rule)
        outbox.post(
            "families/mail/quotient_reminder",
            to=recipient.address,
            subject=_("Quotient familial : votre justificatif est attendu"),
            context={
                "standing": standing,
                "rule": rule,
                "kinds": ", ".join(quotients.kinds(rule)),
                "last_day": standing.renewal - timedelta(days=1),
                "late": late,
            },
            now=now,
            about=household.journal_subject,
            language=recipient.language,
        )
