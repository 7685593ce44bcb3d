"""Nothing personal in an address, in the subject of a mail or in a log: they go to places that nobody guards."""

import logging
import re
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from portail.core.models import OutboxMail
from tests import factories as make
from tests.guard import GuardingClient
from tests.walk import forms
from tests.world import PDF, pages

pytestmark = pytest.mark.django_db
# Names, addresses, telephones, numbers of dossiers and streets of the cast, and of whoever signs up below.
PERSONAL = re.compile(
    r"alice|martin|\bbob\b|durand|charlie|petit|\bl[ée]a\b|\bno[ée]\b|\bzo[ée]\b|\bnour\b|leroy|jeanne|m[ée]lusine|"
    r"poitou|exemple\.fr|poste\.example|@|lilas|moulin|(?<!\d)700[123](?!\d)|"
    r"(?<!\d)(?:\+33|0)[1-9](?:[ .]?\d\d){4}(?!\d)",
    re.IGNORECASE,
)
ALLOWED = re.compile(r"^(?:tel|mailto):")  # how to reach the service itself, and a family from the desk
PASSWORD = "trois-hiboux-gris-2031"


def test_the_search_sees_what_is_personal():
    found = ["/?q=Martin", "/dossier/7001/", "/x/0612345678/", "/a%40b/", "/enfants/L%C3%A9a/"]
    assert all(PERSONAL.search(unquote(text)) for text in found)
    assert not PERSONAL.search("/planning/12/2026-12/?page=2")


@pytest.fixture
def logged(caplog):
    caplog.set_level(logging.INFO)
    return lambda: [
        f"{record.name}: {record.getMessage()}"
        for record in caplog.records
        if PERSONAL.search(record.getMessage())
    ]


@pytest.mark.slow
@pytest.mark.parametrize("role", ["anonymous", "newcomer", "alice", "agnes", "alix"])
def test_no_page_links_to_a_person_by_name(world, role, logged):
    client = client_of(world, role)
    personal = set()
    for path, page in pages(world, client):
        for address in re.findall(r'(?:href|src|action|hx-get|hx-post)="([^"]*)"', page):
            if PERSONAL.search(unquote(address)) and not ALLOWED.match(address):
                personal.add(f"{path}: {address}")
    assert personal == set()
    assert logged() == []


@pytest.mark.slow
@pytest.mark.parametrize("role", ["alice", "alix"])
def test_no_form_leads_to_a_person_writes_one_in_a_subject_or_in_a_log(world, role, logged):
    client = client_of(world, role)
    told = []
    for path, page in pages(world, client):
        for form in forms(page):
            action = urlsplit(urljoin(path, form.action)).path
            if form.method != "post" or action == "/deconnexion/":
                continue
            files = {name: SimpleUploadedFile("martin.pdf", PDF, "application/pdf") for name in form.files}
            with transaction.atomic():
                response = client.post(action, {**form.fields, **files})
                subjects = OutboxMail.objects.values_list("subject_line", flat=True)
                told += [f"{action}: {text}" for text in (*subjects, response.headers.get("Location", ""))]
                transaction.set_rollback(True)
    assert told
    assert [text for text in told if PERSONAL.search(unquote(text))] == []
    assert logged() == []


def test_a_sign_up_tells_nobody_who_signs_up(world, client, logged, time_machine):
    typed = {
        "last_name": "Poitou", "first_name": "Mélusine", "email": "melusine@poste.example",
        "email2": "melusine@poste.example", "username": "melusine", "password": PASSWORD, "password2": PASSWORD,
    }  # fmt: skip
    time_machine.move_to(make.NOW.replace(minute=5))
    steps = [
        ("/inscription/", typed),
        ("/inscription/dossier/", {"number": "7003", "name": "PETIT", "email": "melusine@poste.example"}),
    ]
    passed = [client.post(path, data)["Location"] for path, data in steps]
    (form,) = [f for f in forms(client.get(passed[-1]).content.decode()) if "seen" in f.fields]
    passed.append(client.post(passed[-1], {**form.fields, "terms": "on"})["Location"])
    mail = OutboxMail.objects.get(to="melusine@poste.example")
    link = urlsplit(re.search(r"http\S+/activation/\S+", mail.text)[0]).path
    passed += [link, client.post(link)["Location"]]
    passed.append(client.post(passed[-1], {"login": "melusine", "password": PASSWORD})["Location"])
    assert client.get(passed[-1]).status_code in (200, 302)
    subjects = list(OutboxMail.objects.values_list("subject_line", flat=True))
    assert [text for text in (*passed, *subjects) if PERSONAL.search(unquote(text))] == []
    assert logged() == []


def client_of(world, role: str) -> GuardingClient:
    client = GuardingClient()
    client.html_limit = 200_000
    if user := world.users[role]:
        client.force_login(user)
    return client
