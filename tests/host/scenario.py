"""A small commune for the tests that drive a real server: families that sign in, days to book.

`build(families, days)` runs inside the portal's own settings, in a process of its own.
"""

from datetime import date, timedelta

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from portail.accounts.models import User
from portail.activities.models import Session
from tests import factories as make

PASSWORD = "trois-moulins-rouges"


def build(families: int, days: int) -> dict:
    """Gives what a parent's browser would know: user names, children, the days to book and their months."""
    now, today = timezone.now(), timezone.localdate()
    offer = make.ServicePlaceFactory(capacity=None)
    make.CommuneFactory()
    year = make.SchoolYearFactory(
        label="Cette année",
        start=today - timedelta(days=30),
        end=today + timedelta(days=300),
        bookable_from=now - timedelta(days=10),
    )
    sessions = Session.objects.bulk_create(
        Session(service=offer.service, place=offer.place, date=day, capacity=families)
        for day in school_days(today, days)
    )
    hashed = make_password(PASSWORD)
    found = []
    for number in range(families):
        household = make.HouseholdFactory(number=str(7100 + number))
        user = User.objects.create(
            username=f"parent{number}",
            email=f"parent{number}@exemple.fr",
            password=hashed,
            created_at=now,
            activated_at=now,
        )
        make.AdultFactory(household=household, user=user)
        child = make.ChildFactory(first_name=f"Enfant{number}")
        make.HouseholdChildFactory(household=household, child=child, since=today - timedelta(days=30))
        make.EnrolmentFactory(
            child=child, activity=offer.service.activity, place=offer.place, school_year=year
        )
        found.append({"username": user.username, "child": child.pk})
    return {"families": found, "days": [[s.pk, s.date.strftime("%Y-%m")] for s in sessions]}


def school_days(today: date, count: int) -> list[date]:
    """So many Mondays, Tuesdays, Thursdays and Fridays, three weeks ahead: no deadline is near."""
    day, found = today + timedelta(days=21), []
    while len(found) < count:
        if day.isoweekday() in (1, 2, 4, 5):
            found.append(day)
        day += timedelta(days=1)
    return found
