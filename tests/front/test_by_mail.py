"""From the form to the mailbox and back, through a real mail server."""

import re

import pytest
from django.conf import settings
from django.utils import timezone

from portail.accounts.models import User
from portail.core import delivery
from portail.core.models import OutboxMail
from portail.families.models import Adult
from tests import factories as make
from tests.front.helpers import signed_up, text_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_maurice_signs_up_receives_the_link_activates_and_sees_his_dossier(client, smtp_server):
    maurice = make.AdultFactory(
        household=make.HouseholdFactory(number="6354", name="DEMOCIVIL"),
        first_name="Maurice",
        email="mairie-connait@exemple.fr",
    )
    signed_up(client)
    delivery.deliver_due(timezone.now)
    (taken,) = smtp_server.taken
    message = taken.message
    assert taken.recipients == ("maurice@exemple.fr",)
    assert message["Subject"] == "Activez votre compte sur le Portail Famille"
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    for part in (text, html):
        assert "Maurice Democivil" in part
        assert "DEMOCIVIL" in part
        assert make.PASSWORD not in part
        assert "24 heures" in part
    path = re.search(re.escape(settings.PUBLIC_URL) + r"(/activation/\S+)", text)[1]
    assert path in html
    assert "rattaché à votre dossier" in text_of(client.post(path, follow=True))
    delivery.deliver_due(timezone.now)
    told = {one.recipients[0]: one.message["Subject"] for one in smtp_server.taken[1:]}
    assert told == {
        "maurice@exemple.fr": "Votre compte est rattaché à votre dossier",
        "mairie-connait@exemple.fr": "Un compte a été rattaché à votre dossier",
    }
    client.post("/connexion/", {"login": "DEMOCIVIL", "password": make.PASSWORD})
    assert "Bonjour Maurice" in text_of(client.get("/accueil/"))
    assert Adult.objects.get() == maurice
    assert Adult.objects.get().user == User.objects.get()
    assert len({mail.message_id for mail in OutboxMail.objects.all()}) == len(smtp_server.taken)
