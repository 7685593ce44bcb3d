"""Mails already in the outbox, for the tests of what sends them."""

from datetime import datetime

from portail.core.models import OutboxMail
from portail.core.outbox import new_message_id
from tests.factories import NOW


def outbox_mail(at: datetime = NOW, **values) -> OutboxMail:
    given = {
        "message_id": new_message_id(),
        "kind": "front/mail/receipt",
        "to": "zoe@exemple.fr",
        "subject_line": "Réservations modifiées : reçu R-2026-00123",
        "text": "Bonjour Zoé",
        "html": "<p>Bonjour Zoé</p>",
        "about": "household:12",
        "due_at": at,
        "created_at": at,
    }
    return OutboxMail.objects.create(**given | values)
