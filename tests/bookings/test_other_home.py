"""A child of two households: each is told what the other books, when it may know, and nothing more."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from portail.bookings.actions import Wish, change_bookings
from portail.core.models import OutboxMail
from tests import factories as make
from tests.factories import NOW

DAY = date(2026, 12, 3)


@pytest.fixture
def session(cast):
    return make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=DAY)


def book(cast, session, *children):
    wishes = [Wish(child.pk, session.pk, True) for child in children]
    return change_bookings(cast.alice.household, wishes, token=uuid4(), actor=cast.alice.user, now=NOW)


def told():
    return OutboxMail.objects.filter(kind="bookings/mail/other_home")


def test_the_other_parent_is_told_of_the_shared_child_alone(cast, session):
    receipt = book(cast, session, cast.lea, cast.noe)
    mail = told().get()
    assert (mail.to, mail.about) == ("bob@exemple.fr", cast.bob.household.journal_subject)
    assert "jeudi 3 décembre · Cantine" in mail.text
    for secret in ("Noé", "€", receipt.number, cast.alice.household.number):
        assert secret not in f"{mail.subject_line}{mail.text}"


@pytest.mark.parametrize(
    "rights",
    [
        {"is_told": False},
        {"can_see": False},
        {"until": DAY - timedelta(days=1)},
        {"since": DAY + timedelta(days=1)},
    ],
)
def test_who_may_not_know_is_not_told(cast, session, rights):
    cast.bob.household.child_links.update(**rights)
    book(cast, session, cast.lea)
    assert not told().exists()


def test_the_mail_leaves_with_the_change_or_not_at_all(cast, session):
    token = uuid4()
    for _ in range(2):
        change_bookings(
            cast.alice.household,
            [Wish(cast.lea.pk, session.pk, True)],
            token=token,
            actor=cast.alice.user,
            now=NOW,
        )
    assert told().count() == 1
