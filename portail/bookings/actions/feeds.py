"""The calendar that an adult subscribes to: its secret address, opened, changed or closed by that adult."""

import secrets
from datetime import datetime

from django.db import transaction

from portail.accounts.models import User
from portail.bookings.models import CalendarFeed
from portail.core import journal
from portail.families.models import Adult


def open_feed(adult: Adult, *, actor: User, now: datetime) -> CalendarFeed:
    """Give this adult a secret address, or another one: the address before it stops working at once."""
    with transaction.atomic():
        feed, is_new = CalendarFeed.objects.update_or_create(
            adult=adult, defaults={"secret": secrets.token_urlsafe(24), "created_at": now}
        )
        _record(
            "calendar.opened" if is_new else "calendar.changed", "Abonnement au calendrier", adult, actor, now
        )
    return feed


def close_feed(adult: Adult, *, actor: User, now: datetime) -> None:
    """Nobody reads this adult's calendar any more. Repeating it changes nothing."""
    with transaction.atomic():
        closed, _ = CalendarFeed.objects.filter(adult=adult).delete()
        if closed:
            _record("calendar.closed", "Abonnement au calendrier arrêté", adult, actor, now)


def _record(verb: str, summary: str, adult: Adult, actor: User, now: datetime) -> None:
    """The secret itself is never written down."""
    journal.record(verb, adult.household.journal_subject, summary=summary, actor=actor, now=now)
