"""A child shared by the cast's Alice and Bob, for the tests of custody in every room."""

from datetime import date
from uuid import uuid4

from django.core.files.base import ContentFile

from portail.bookings.actions.custody import decide_calendar, forbid
from portail.core.uploads import Upload
from portail.families.actions.custody import homes_of
from portail.rules.custody import Calendar, Home, Weeks
from tests import factories as make

SINCE = date(2026, 9, 1)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
EVERYTHING = {"forbids_booking": True, "forbids_seeing": True, "forbids_telling": True}


def home_of(cast, who) -> Home:
    """Which of the homes "a" and "b" of Léa is this family's."""
    return Home.A if homes_of(cast.lea, make.NOW.date())[0] == who.household.pk else Home.B


def alternate(cast, even, *, since: date = SINCE, **more) -> Calendar:
    """One week in two, from Mondays; the even weeks are this family's. Week 50, that of 7 December 2026, is even."""
    return Calendar(Weeks(home_of(cast, even), **more), since)


def share(cast, even, *, now=make.NOW, **more):
    """The service shares Léa: even weeks to this family. Gives the term."""
    calendar = alternate(cast, even, **more)
    homes = homes_of(cast.lea, make.NOW.date())
    term, _ = decide_calendar(cast.lea, homes, calendar, token=uuid4(), actor=cast.agnes, now=now)
    cast.lea.refresh_from_db()
    return term


def judgment() -> Upload:
    return Upload(ContentFile(PDF), "jugement.pdf", "application/pdf")


def ban(cast, who, *, now=make.NOW, since: date = date(2026, 11, 24), until=None, **what):
    """A court forbids this family to see Léa (or `what`). Gives the decision."""
    link = who.household.child_links.get(child=cast.lea)
    values = {**EVERYTHING, "since": since, "until": until, "note": "", **what}
    decision, _ = forbid(link, values, judgment(), token=uuid4(), actor=cast.agnes, now=now)
    return decision
