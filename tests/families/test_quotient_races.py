"""Quotients entered, accepted, sent and reminded by several at once: once each, and nobody waits for ever."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portail.core.models import OutboxMail
from portail.core.uploads import PROOFS, examine
from portail.families.actions import proofs, quotients, renewals
from portail.families.actions.quotients import Given, Superseded
from portail.families.actions.requests import AlreadyDecided
from portail.families.models import FamilyDocument, Quotient, QuotientReminder, Request
from tests.factories import NOW
from tests.threads import all_at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
GIVEN = Given(Decimal("742.00"), "CAF", date(2026, 11, 2), date(2026, 11, 24))
AT_ONCE = 4


def send(cast, token):
    page = examine(SimpleUploadedFile("avis.pdf", PDF), PROOFS)
    home, author = cast.alice.household, cast.alice.user
    return proofs.send_proof(home, [page], kind="CAF", token=token, author=author, now=NOW)


def test_a_double_click_enters_once(cast):
    home, token = cast.alice.household, uuid4()

    def enter():
        return quotients.enter(home, GIVEN, token=token, actor=cast.agnes, now=NOW)

    assert {row.pk for row in all_at_once([enter] * AT_ONCE)} == {Quotient.objects.get().pk}
    assert OutboxMail.objects.count() == 1


def test_two_agents_accept_one_proof_and_the_second_is_told(cast):
    request = send(cast, uuid4())

    def accept(actor):
        return quotients.approve(request, GIVEN, actor=actor, now=NOW)

    done = all_at_once([lambda actor=actor: accept(actor) for actor in (cast.agnes, cast.alix)])
    assert sorted(type(one).__name__ for one in done) == [AlreadyDecided.__name__, Request.__name__]
    assert Quotient.objects.count() == OutboxMail.objects.count() == 1
    assert FamilyDocument.objects.filter(kind="quotient_card").count() == 1


def test_two_agents_correct_one_value_and_the_second_is_told(cast):
    wrong = quotients.enter(cast.alice.household, GIVEN, token=uuid4(), actor=cast.agnes, now=NOW)

    def correct(value):
        given = replace(GIVEN, value=Decimal(value))
        return quotients.correct(wrong, given, token=uuid4(), actor=cast.agnes, now=NOW)

    done = all_at_once([lambda value=value: correct(value) for value in (1, 2)])
    assert sorted(type(one).__name__ for one in done) == [Quotient.__name__, Superseded.__name__]
    assert Quotient.objects.counting().count() == 1


def test_pages_sent_together_are_one_request(cast):
    same = uuid4()
    tokens = [same, same, uuid4()]
    done = all_at_once([lambda token=token: send(cast, token) for token in tokens])
    assert {request.pk for request in done} == {Request.objects.get().pk}
    assert FamilyDocument.objects.count() == 2


def test_two_workers_remind_a_family_once(cast):
    now = datetime(2027, 2, 1, 9, tzinfo=ZoneInfo("Europe/Paris"))

    def remind():
        return renewals.remind(cast.alice.household.pk, date(2027, 3, 1), 30, now=now)

    assert sorted(all_at_once([remind] * AT_ONCE)) == [False] * (AT_ONCE - 1) + [True]
    assert QuotientReminder.objects.count() == OutboxMail.objects.count() == 1
