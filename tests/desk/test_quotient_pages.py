"""Quotients at the desk: the block of a household, the proof beside its form, the list, the table, the file."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from portail.core.models import JournalEntry, OutboxMail
from portail.core.uploads import PROOFS, examine
from portail.families.actions import proofs
from portail.families.models import Quotient, Request
from tests import factories as make
from tests.desk.screens import errors, post, said
from tests.factories import NOW

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
TYPED = {"value": "1 214,50", "kind": "CAF", "proved_on": "2026-11-02", "received_on": "2026-11-24"}


def text(response) -> str:
    return response.content.decode().replace("&#x27;", "'").replace("\xa0", " ")


def entry(**values):
    return {**TYPED, "seen": "on", "token": str(uuid4()), **values}


def picture() -> bytes:
    content = BytesIO()
    Image.new("RGB", (300, 400), "white").save(content, "JPEG")
    return content.getvalue()


@pytest.fixture
def sent(cast):
    """Alice sent a photo and a PDF, four days ago."""
    pages = [
        examine(SimpleUploadedFile(name, content), PROOFS)
        for name, content in (("photo.jpg", picture()), ("avis.pdf", PDF))
    ]
    when = NOW - timedelta(days=4)
    return proofs.send_proof(
        cast.alice.household, pages, kind="CAF", token=uuid4(), author=cast.alice.user, now=when
    )


# --- the block of a household


def test_a_quotient_seen_at_the_desk_is_entered_once_and_shown(desk, cast):
    typed = entry()
    for _ in range(2):
        assert post(desk, "quotient_new", cast.alice.household.pk, **typed).status_code == 302
    row = Quotient.objects.get()
    assert (row.value, row.created_by, row.proof) == (Decimal("1214.50"), cast.agnes, None)
    page = text(desk.get(reverse("desk:household", args=[cast.alice.household.pk])))
    for words in (
        "1 214,5",
        "Vue au guichet",
        "comptera à partir du mardi 1er décembre",
        "Quotient manquant",
    ):
        assert words in page
    assert "Quotient 1 214,5 (CAF) enregistré" in page


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"value": ""}, "value"),
        ({"value": "beaucoup"}, "value"),
        ({"value": "-1"}, "value"),
        ({"value": "100000"}, "value"),
        ({"value": "1e3"}, "value"),
        ({"value": "742,555"}, "value"),
        ({"value": "٧٤٢"}, "value"),
        ({"kind": "employeur"}, "kind"),
        ({"proved_on": "2026-11-25"}, "proved_on"),
        ({"proved_on": "1986-11-02"}, "proved_on"),
        ({"received_on": "2026-11-25"}, "received_on"),
        ({"seen": ""}, "proof"),
    ],
)
def test_what_cannot_be_a_quotient_is_asked_again(desk, cast, typed, field):
    response = post(desk, "quotient_new", cast.alice.household.pk, **entry(**typed))
    assert field in errors(response)
    assert not Quotient.objects.exists()


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0", "0"),
        ("99999,99", "99999.99"),
        ("742.5", "742.5"),
        (" 1 050 € ", "1050"),
        ("12\u202f000", "12000"),
    ],
)
def test_numbers_are_read_as_people_write_them(desk, cast, typed, value):
    post(desk, "quotient_new", cast.alice.household.pk, **entry(value=typed))
    assert Quotient.objects.get().value == Decimal(value)


def test_the_file_of_the_proof_is_looked_at_and_kept_apart(desk, cast):
    home = cast.alice.household
    wrong = entry(seen="", proof=SimpleUploadedFile("avis.pdf", picture()))
    assert "n'est pas celui qu'annonce" in errors(post(desk, "quotient_new", home.pk, **wrong))["proof"][0]
    post(desk, "quotient_new", home.pk, **entry(seen="", proof=SimpleUploadedFile("avis.pdf", PDF)))
    document = Quotient.objects.get().proof
    own = reverse("desk:proof", args=[home.pk, document.pk])
    page = text(desk.get(reverse("desk:household", args=[home.pk])))
    assert own in page
    assert reverse("desk:family_document", args=[home.pk, document.pk]) not in page
    assert desk.get(reverse("desk:family_document", args=[home.pk, document.pk])).status_code == 404
    assert desk.get(reverse("desk:family_document_remove", args=[home.pk, document.pk])).status_code == 404


def test_a_correction_and_a_withdrawal_leave_their_history(desk, cast):
    home = cast.alice.household
    post(desk, "quotient_new", home.pk, **entry(value="74"))
    first = Quotient.objects.get()
    typed = {**TYPED, "value": "742", "note": "Chiffre oublié", "token": str(uuid4())}
    for _ in range(2):
        assert post(desk, "quotient_correct", home.pk, first.pk, **typed).status_code == 302
    second = Quotient.objects.get(replaces=first)
    late = post(desk, "quotient_correct", home.pk, first.pk, **{**typed, "token": str(uuid4())})
    assert "Un collègue a changé cette valeur entre-temps" in said(late)[-1]
    assert post(desk, "quotient_withdraw", home.pk, second.pk, note="").status_code == 422
    post(desk, "quotient_withdraw", home.pk, second.pk, note="Dossier voisin")
    page = text(desk.get(reverse("desk:household_quotients", args=[home.pk])))
    for words in ("Remplacé", "Retiré", "Dossier voisin", "Chiffre oublié"):
        assert words in page
    assert (
        desk.get(reverse("desk:quotient_correct", args=[cast.bob.household.pk, first.pk])).status_code == 404
    )


# --- the proof beside its form


def test_the_pages_stand_beside_the_form_and_reading_them_is_noted(desk, cast, sent):
    page = desk.get(reverse("desk:request", args=[sent.pk]))
    photo, pdf = sent.documents.order_by("pk")
    assert "<img src=" in text(page)
    assert "<iframe" in text(page)
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert page.context["accept_proof"].initial["received_on"] == date(2026, 11, 20)
    shown = desk.get(reverse("desk:proof", args=[sent.household_id, photo.pk]))
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8\xff")
    assert shown["Content-Disposition"].startswith("inline")
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    line = JournalEntry.objects.get(verb="proof.read")
    assert (line.actor, line.subject) == (cast.agnes, cast.alice.household.journal_subject)
    home = text(desk.get(reverse("desk:household", args=[sent.household_id])))
    assert "Qui a lu les justificatifs" in home
    other = reverse("desk:proof", args=[cast.bob.household.pk, pdf.pk])
    assert desk.get(other).status_code == 404


def test_accepting_enters_the_quotient_and_tells_the_family(desk, cast, sent):
    typed = {**TYPED, "received_on": "2026-11-20", "answer": "Merci"}
    response = post(desk, "request_quotient", sent.pk, **typed)
    assert response["Location"] == reverse("desk:requests")
    sent.refresh_from_db()
    row = Quotient.objects.get()
    assert (sent.state, row.request, row.received_on) == ("approved", sent, date(2026, 11, 20))
    assert "1 214,5" in OutboxMail.objects.get().text.replace("\xa0", " ")
    again = post(desk, "request_quotient", sent.pk, **typed)
    assert again.status_code == 302
    assert Quotient.objects.count() == OutboxMail.objects.count() == 1


def test_what_is_typed_wrong_keeps_the_page_and_the_request(desk, sent):
    response = post(desk, "request_quotient", sent.pk, **{**TYPED, "value": "x", "answer": "Mon mot"})
    assert response.status_code == 422
    assert "Mon mot" in text(response)
    sent.refresh_from_db()
    assert sent.is_waiting


def test_a_photo_that_cannot_be_read_is_refused_with_its_reason(desk, sent):
    post(desk, "request_refuse", sent.pk, **{"refuse-answer": "La photo est floue : refaites-la de jour."})
    sent.refresh_from_db()
    assert (sent.state, sent.documents.count()) == ("refused", 2)
    assert "La photo est floue" in OutboxMail.objects.get().text


def test_whoever_decides_nothing_reads_no_proof(client, cast, sent, today):
    client.force_login(cast.renee)
    page = text(client.get(reverse("desk:request", args=[sent.pk])))
    assert "2 pages, que lisent ceux qui traitent les démarches" in page
    photo = sent.documents.first()
    assert client.get(reverse("desk:proof", args=[sent.household_id, photo.pk])).status_code == 403
    assert not JournalEntry.objects.filter(verb="proof.read").exists()


def test_another_request_is_no_proof(desk, cast):
    other = make.RequestFactory(household=cast.alice.household)
    assert post(desk, "request_quotient", other.pk, **TYPED).status_code == 404


# --- whose is missing


def numbers(response):
    return [row.household.number for row in response.context["rows"]]


@pytest.fixture
def town(cast):
    """Alice is good, Bob has nothing, Charlie sent a proof that waits, another's counts from December on."""
    soon = make.HouseholdFactory(number="7004", name="ZOLA")
    make.HouseholdChildFactory(household=soon)
    make.QuotientFactory(household=soon, kind="CAF", proved_on=NOW.date(), received_on=NOW.date())
    make.QuotientFactory(household=cast.alice.household, kind="CAF")
    make.RequestFactory(household=cast.charlie.household, kind=Request.Kind.QUOTIENT)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["7002", "7003"]),
        ({"etat": "manquants"}, ["7002", "7003"]),
        ({"etat": "a-lire"}, ["7003"]),
        ({"etat": "valables"}, ["7001"]),
        ({"etat": "tous"}, ["7002", "7001", "7003", "7004"]),
        ({"etat": "a-renouveler"}, []),
        ({"etat": "tous", "courriel": "sans"}, ["7004"]),
        ({"etat": "bientot"}, ["7004"]),
        ({"etat": "bêtise"}, ["7002", "7003"]),
    ],
)
def test_the_list_says_who_is_missing(desk, town, query, found):
    assert numbers(desk.get(reverse("desk:quotients"), query)) == found


def test_near_the_renewal_the_list_says_who_must_renew(desk, cast, town, today):
    today.move_to("2027-02-02T09:00Z")
    desk.force_login(cast.agnes)
    response = desk.get(reverse("desk:quotients"), {"etat": "a-renouveler"})
    assert numbers(response) == ["7001", "7004"]
    assert "Prochaine actualisation : lundi 1er mars 2027" in text(response)


def test_the_spreadsheet_has_what_the_filters_keep(desk, town):
    response = desk.get(reverse("desk:quotients_csv"), {"etat": "valables"})
    lines = response.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("7001;MARTIN;Alice Martin;Valable;742,00;CAF;01/03/2026;28/02/2027")


def test_the_list_costs_the_same_with_more_households(desk, cast, django_assert_num_queries):
    for count in (0, 5):
        for _ in range(count):
            home = make.AdultFactory(household=make.HouseholdFactory()).household
            make.HouseholdChildFactory(household=home)
        with django_assert_num_queries(12):
            desk.get(reverse("desk:quotients"))


# --- by the dozen


def table(*rows, **more):
    values = {
        "received_on": "2026-11-24",
        "token": str(uuid4()),
        "ligne-TOTAL_FORMS": 15,
        "ligne-INITIAL_FORMS": 0,
    }
    for index in range(15):
        number, value, kind, proved_on = rows[index] if index < len(rows) else ("", "", "CAF", "")
        values |= {
            f"ligne-{index}-number": number,
            f"ligne-{index}-value": value,
            f"ligne-{index}-kind": kind,
            f"ligne-{index}-proved_on": proved_on,
        }
    return {**values, **more}


def test_a_table_is_entered_whole_and_once(desk):
    typed = table(("7001", "742", "CAF", "02/11/2026"), ("7002", "0", "avis d'imposition", ""))
    for _ in range(2):
        assert post(desk, "quotients_batch", **typed).status_code == 302
    rows = Quotient.objects.order_by("household__number").values_list("value", "kind", "proved_on")
    assert list(rows) == [
        (Decimal("742.00"), "CAF", date(2026, 11, 2)),
        (Decimal("0.00"), "avis d'imposition", date(2026, 11, 24)),
    ]
    assert OutboxMail.objects.count() == 2


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("9999", "742", "CAF", ""), "Aucun dossier ne porte le numéro « 9999 »."),
        (("7002", "", "CAF", ""), "Écrivez le quotient."),
        (("", "742", "CAF", ""), "Écrivez le numéro du dossier."),
        (("7002", "-3", "CAF", ""), "Écrivez un nombre de 0 à 99 999,99"),
        (("7002", "742", "CAF", "31/02/2026"), "Écrivez la date du justificatif comme 03/02/2027."),
        (("7002", "742", "CAF", "25/11/2026"), "Le justificatif serait daté d'après sa réception"),
        (("7001", "800", "CAF", ""), "Ce dossier est déjà à la ligne 1"),
    ],
)
def test_a_row_that_is_wrong_is_told_and_nothing_is_entered(desk, row, told):
    response = post(desk, "quotients_batch", **table(("7001", "742", "CAF", ""), row))
    assert response.status_code == 422
    assert f"Ligne 2 : {told}" in text(response)
    assert not Quotient.objects.exists()


def test_an_empty_table_says_what_to_do(desk):
    assert "Remplissez au moins une ligne" in text(post(desk, "quotients_batch", **table()))


def imported(desk, content, **more):
    file = SimpleUploadedFile("qf.csv", content if isinstance(content, bytes) else content.encode())
    values = {"received_on": "2026-11-24", "token": str(uuid4()), "tells": "on", **more}
    return post(desk, "quotients_import", file=file, **values)


def test_a_file_is_shown_then_entered(desk, cast):
    content = "Numéro de dossier;Nom;QF;Date\r\n7001;MARTIN;1 214,50;02/11/2026\r\n7002;DURAND;742;\r\n"
    shown = imported(desk, content)
    assert shown.status_code == 200
    assert "1 214,5" in text(shown)
    assert not Quotient.objects.exists()
    typed = {"text": content, "received_on": "2026-11-24", "token": str(uuid4()), "confirmed": "1"}
    assert post(desk, "quotients_import", **typed)["Location"] == reverse("desk:quotients")
    assert set(Quotient.objects.values_list("source", flat=True)) == {"import"}
    assert Quotient.objects.get(household=cast.alice.household).value == Decimal("1214.50")
    assert not OutboxMail.objects.exists()
    again = post(desk, "quotients_import", **{**typed, "token": str(uuid4())})
    assert "2 lignes déjà enregistrées" in text(again)
    assert Quotient.objects.count() == 2


def test_problems_are_told_by_their_line_and_nothing_is_entered_even_when_asked(desk):
    content = "7001;742\n\n9999;600\n7002;douze\n"
    for more in ({}, {"confirmed": "1"}):
        response = imported(desk, content, **more)
        assert response.status_code == 422
        page = text(response)
        assert "Ligne 3</strong> : Aucun dossier ne porte le numéro « 9999 »." in page
        assert "Ligne 4</strong> : Écrivez un nombre" in page
    assert not Quotient.objects.exists()


@pytest.mark.parametrize(
    ("content", "field"),
    [(b"", "file"), (b"PK\x03\x04\x00\x00", "file"), (b" \n ", "file")],
)
def test_what_is_no_list_is_asked_again(desk, content, field):
    assert field in errors(imported(desk, content))


def test_old_spreadsheets_and_other_separators_are_read(desk):
    page = text(imported(desk, "7001\t742\tavis d’imposition".replace("’", "'").encode("cp1252")))
    assert "avis d'imposition" in page
    page = text(imported(desk, "dossier,quotient\n7001,742.5\n"))
    assert "742,5" in page


# --- where they live


def test_residence_is_offered_in_the_words_of_the_regulation(desk, cast):
    from portail.activities.actions.regulation import apply_regulation, default_text

    tariff = '[[tariffs]]\nname = "Repas"\nservices = ["cantine"]\ncolumns = [{ residences = ["commune"] }, '
    tariff += '{ residences = ["extérieur"] }]\nprices = [3.0, 5.0]\n'
    apply_regulation(default_text("Valmont", "B") + tariff, "", actor=None, now=NOW)
    home = cast.alice.household
    form = desk.get(reverse("desk:household_edit", args=[home.pk])).context["form"]
    assert [value for value, _ in form.fields["residence"].choices] == ["", "commune", "extérieur"]
    typed = {"name": home.name, "number": home.number, "seen": form.initial["seen"], "residence": "ailleurs"}
    assert "residence" in errors(post(desk, "household_edit", home.pk, **typed))
    typed["residence"] = "extérieur"
    post(desk, "household_edit", home.pk, **typed)
    home.refresh_from_db()
    assert home.residence == "extérieur"


def test_a_cell_that_is_too_long_is_told_beside_it(desk):
    response = post(desk, "quotients_batch", **table(("7" * 30, "742", "CAF", "")))
    assert response.status_code == 422
    assert 'id="id_ligne-0-number_error"' in text(response)
