"""The invented commune on other days than today, and twice the same day."""

from datetime import date

import pytest
from django.conf import settings
from django.db import transaction

from portail.activities.models import Session
from portail.bookings.models import Booking, Receipt
from portail.demo.build import build
from portail.families.models import Child, Household
from tests.demo.test_build import AUTUMN, assert_guide_works, assert_sound

# Half of the days on each engine: a commune takes long to make.
OTHER_DAYS = [
    ("sqlite", date(2026, 8, 5)),
    ("postgresql", date(2026, 9, 1)),
    ("sqlite", date(2026, 12, 31)),
    ("postgresql", date(2027, 6, 20)),
    ("postgresql", date(2028, 2, 29)),
    ("sqlite", date(2029, 3, 6)),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    "today",
    [today for engine, today in OTHER_DAYS if engine in settings.DATABASES["default"]["ENGINE"]],
    ids=str,
)
def test_it_is_sound_on_any_day(db, data_folder, today):
    build(today)
    assert_sound(today)
    assert_guide_works(today)
    assert Booking.objects.filter(session__date__lt=today).count() > 1_000
    assert Booking.objects.active().filter(session__date__gt=today).exists()
    assert Session.objects.filter(closing__isnull=False).exists()


@pytest.mark.slow
@pytest.mark.skipif(
    "sqlite" not in settings.DATABASES["default"]["ENGINE"],
    reason="once is enough: it comes from no database",
)
def test_the_same_day_makes_the_same_commune(db, data_folder):
    def fingerprint() -> list:
        build(AUTUMN)
        rows = Booking.objects.order_by("pk").values_list(
            "child__first_name", "session__date", "state", "created_at"
        )
        found = [
            list(Household.objects.order_by("number").values_list("number", "name", "street", "created_at")),
            list(Child.objects.order_by("pk").values_list("first_name", "last_name", "birth_date")),
            list(rows),
            list(Receipt.objects.order_by("created_at", "pk").values_list("token", "household__number")),
        ]
        transaction.set_rollback(True)
        return found

    with transaction.atomic():
        first = fingerprint()
    with transaction.atomic():
        assert fingerprint() == first
