"""The invoices that go by post: who, in which order, in which files."""

from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from portail.billing.actions import editions, postal
from portail.billing.models import InvoiceRun
from portail.core import jobs
from portail.core.models import Job
from tests import factories as make
from tests import pdfs
from tests.billing import issued
from tests.factories import NOW

STREETS = [
    ("14220", "Valmont", "10 rue des Lilas"),
    ("14000", "Caen", "3 rue Zola"),
    ("14220", "Valmont", "2 bis, rue des Lilas"),
    ("14220", "Valmont", "1 impasse du Moulin"),
    ("", "", ""),
]


@pytest.fixture
def run(cast):
    made = InvoiceRun.objects.create(
        title="Novembre 2026",
        first=date(2026, 11, 1),
        last=date(2026, 11, 30),
        due_on=date(2027, 1, 4),
        state=InvoiceRun.State.PUBLISHED,
        is_open=None,
        created_at=NOW,
    )
    issued.line(issued.invoice(cast.alice.household, 2026000000900, run=made), cast.lea)
    for number, (postcode, city, street) in enumerate(STREETS):
        home = make.HouseholdFactory(postcode=postcode, city=city, street=street, name=f"N{number}")
        invoice = issued.invoice(
            home, 2026000000001 + number, run=made, by_mail=False, recipient=[f"Famille {number}", street]
        )
        issued.line(invoice, cast.lea)
    return made


def finished(run, actor) -> list:
    job = postal.start(run, actor=actor, now=NOW)
    jobs.finish(job, lambda: NOW)
    return postal.files(postal.last(run))


def content(made) -> bytes:
    with default_storage.open(made["name"]) as file:
        return file.read()


def test_the_postman_finds_them_in_his_order_each_with_its_own_code(cast, run):
    editions.edit_batch(run.invoices.all(), now=NOW)
    [made] = finished(run, cast.agnes)
    said = [page.extract_text() for page in pdfs.reader(content(made)).pages]
    assert made["letters"] == len(said) == 5
    assert [page.split("Famille ")[1][0] for page in said] == ["4", "1", "3", "2", "0"]
    codes = dict(run.invoices.values_list("recipient__0", "document__code"))
    assert all(codes[f"Famille {n}"] in page for n, page in zip("41320", said, strict=True))
    assert all("Page 1 sur 1" in page.replace("\xa0", " ") for page in said)
    assert "martin" not in made["name"].lower()


def test_a_large_post_is_several_files_and_a_killed_work_makes_none_twice(cast, run, monkeypatch):
    monkeypatch.setattr(postal, "LETTERS", 2)
    editions.edit_batch(run.invoices.all(), now=NOW)
    job = postal.start(run, actor=cast.agnes, now=NOW)
    work = postal.make(job, lambda: NOW)
    assert next(work) == (2, 5)
    work.close()  # the worker dies here
    jobs.finish(Job.objects.get(pk=job.pk), lambda: NOW)
    found = postal.files(postal.last(run))
    assert [part["letters"] for part in found] == [2, 2, 1]
    assert [pdfs.pages(content(part)) for part in found] == [2, 2, 1]


def test_made_again_it_takes_the_place_of_the_old_one(cast, run):
    editions.edit_batch(run.invoices.all(), now=NOW)
    [old] = finished(run, cast.agnes)
    [new] = finished(run, cast.agnes)
    assert not default_storage.exists(old["name"])
    assert default_storage.exists(new["name"])


def test_it_waits_for_the_last_pdf(cast, run):
    with pytest.raises(postal.NotEdited):
        postal.start(run, actor=cast.agnes, now=NOW)
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("street", "told"),
    [
        ("12 rue des Lilas", (12, "rue des lilas")),
        ("12 bis, rue des Lilas", (12, "rue des lilas")),
        ("Le Bourg", (0, "le bourg")),
        ("", (0, "")),
        ("9" * 300, (999_999_999, "")),
        ("rue du 8 Mai", (0, "rue du 8 mai")),
    ],
)
def test_a_street_is_read_with_its_number_apart(street, told):
    assert postal._split(street) == told


# --- the desk


def test_the_agent_prepares_it_follows_it_and_downloads_it(client, cast, run):
    page, file = reverse("desk:run_post", args=[run.pk]), reverse("desk:run_post_file", args=[run.pk, 1])
    client.force_login(cast.agnes)
    assert "en cours d'édition" in client.get(page).content.decode()
    assert client.post(page, follow=True).status_code == 200
    assert not Job.objects.exists()
    editions.edit_batch(run.invoices.all(), now=NOW)
    said = client.get(page).content.decode()
    assert "5 factures" in said
    assert "Préparer le fichier" in said
    assert client.get(file).status_code == 404
    client.post(page)
    assert "Impression des factures" in client.get(page).content.decode()
    jobs.finish(Job.objects.get(), lambda: NOW)
    assert file in client.get(page).content.decode()
    response = client.get(file)
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert response["Cache-Control"] == "private, no-store"
    assert client.get(reverse("desk:run_post_file", args=[run.pk, 2])).status_code == 404


def test_a_draft_has_no_post_and_strangers_no_page(client, cast, run):
    client.force_login(cast.agnes)
    InvoiceRun.objects.update(state=InvoiceRun.State.DRAFT, is_open=True)
    assert client.get(reverse("desk:run_post", args=[run.pk])).status_code == 404
    client.force_login(cast.remi)
    assert client.get(reverse("desk:run_post", args=[run.pk])).status_code == 403
    client.force_login(cast.alice.user)
    assert client.get(reverse("desk:run_post", args=[run.pk])).status_code == 404
