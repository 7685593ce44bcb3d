"""Démarches as agents decide them: the effect with the decision, one decision only, and the family told."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from portail.core.changes import EditedMeanwhile
from portail.core.models import JournalEntry, OutboxMail
from portail.core.uploads import examine
from portail.families.actions import decisions, requests
from portail.families.models import Adult, FamilyDocument, HouseholdChild
from tests import factories as make
from tests.factories import NOW

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def upload(name="attestation.pdf"):
    return examine(SimpleUploadedFile(name, PDF))


def ask(cast, subject, **wanted):
    return requests.ask_change(
        subject, wanted, household=cast.alice.household, author=cast.alice.user, now=NOW
    )


def ask_school(cast, school):
    year = make.SchoolYearFactory()
    return requests.ask_school(
        cast.lea,
        school.pk,
        school_year=year,
        household=cast.alice.household,
        author=cast.alice.user,
        now=NOW,
    )


def approve(asked, actor, **kwargs):
    seen = kwargs.pop("seen", None)
    return decisions.approve(
        asked,
        seen=decisions.current_values(asked) if seen is None else seen,
        actor=actor,
        now=NOW,
        **kwargs,
    )


def mails():
    return sorted(OutboxMail.objects.values_list("to", "subject_line"))


def test_an_address_is_changed_with_its_approval_and_the_household_told(cast):
    make.AdultFactory(household=cast.alice.household, first_name="Marc", email="marc@exemple.fr")
    asked = ask(cast, cast.alice.household, street="3 place du Marché", city="Caen")
    decided = approve(asked, cast.agnes, answer="Bienvenue à Caen !")
    household = cast.alice.household
    household.refresh_from_db()
    assert (household.street, household.city) == ("3 place du Marché", "Caen")
    assert (decided.state, decided.decided_by, decided.decided_at) == ("approved", cast.agnes, NOW)
    subject = f"Démarche {asked.number} : acceptée"
    assert mails() == [("alice@exemple.fr", subject), ("marc@exemple.fr", subject)]
    body = OutboxMail.objects.first().text
    assert "Bienvenue à Caen !" in body
    assert f"/demarches/{asked.pk}/" in body
    assert "⟦" not in body + OutboxMail.objects.first().html
    applied = JournalEntry.objects.get(verb="request.applied")
    assert applied.before == {"street": "12 rue des Lilas", "city": "Valmont-sur-Orne"}


def test_approving_twice_is_approving_once(cast):
    asked = ask(cast, cast.alice.household, city="Caen")
    for _ in range(2):
        approve(asked, cast.agnes)
    assert OutboxMail.objects.count() == 1
    assert JournalEntry.objects.filter(verb__in=["request.applied", "request.decided"]).count() == 2


def test_of_two_agents_one_decides_and_the_other_is_told(cast):
    asked = ask(cast, cast.alice.household, city="Caen")
    approve(asked, cast.agnes)
    with pytest.raises(requests.AlreadyDecided) as told:
        approve(asked, cast.alix)
    assert told.value.request.decided_by == cast.agnes
    with pytest.raises(requests.AlreadyDecided):
        decisions.refuse(asked, "Non", actor=cast.agnes, now=NOW)
    assert OutboxMail.objects.count() == 1


def test_what_was_withdrawn_meanwhile_is_not_decided(cast):
    asked = ask(cast, cast.alice.household, city="Caen")
    requests.withdraw(asked, actor=cast.alice.user, now=NOW)
    with pytest.raises(requests.AlreadyDecided) as told:
        approve(asked, cast.agnes)
    assert told.value.request.state == "withdrawn"
    cast.alice.household.refresh_from_db()
    assert cast.alice.household.city == "Valmont-sur-Orne"
    assert not OutboxMail.objects.exists()


def test_a_value_that_moved_since_the_agent_looked_is_told(cast):
    asked = ask(cast, cast.alice.household, city="Caen")
    seen = decisions.current_values(asked)
    type(cast.alice.household).objects.filter(pk=cast.alice.household.pk).update(city="Bayeux")
    with pytest.raises(EditedMeanwhile):
        approve(asked, cast.agnes, seen=seen)
    asked.refresh_from_db()
    assert asked.is_waiting
    assert approve(asked, cast.agnes).state == "approved"


def test_names_and_birth_dates(cast):
    approve(ask(cast, cast.alice.adult, last_name="O'Neill-Ñúñez"), cast.agnes)
    approve(ask(cast, cast.lea, birth_date=date(2018, 5, 13)), cast.agnes)
    cast.alice.adult.refresh_from_db()
    cast.lea.refresh_from_db()
    assert cast.alice.adult.search_key == "alice o neill nunez"
    assert cast.lea.birth_date == date(2018, 5, 13)
    bobs = JournalEntry.objects.filter(subject=cast.bob.household.journal_subject)
    assert [entry.verb for entry in bobs] == ["request.applied"]


def test_another_school_leaves_the_class_to_be_chosen(cast):
    year = make.SchoolYearFactory()
    schooling = cast.lea.schoolings.get()
    schooling.school_class = make.SchoolClassFactory(school=schooling.school, school_year=year)
    schooling.save()
    other = make.SchoolFactory(name="École Louise-Michel")
    approve(ask_school(cast, other), cast.agnes)
    schooling.refresh_from_db()
    assert (schooling.school, schooling.school_class, schooling.level) == (other, None, "CE1")


def test_what_is_gone_cannot_be_applied(cast):
    closed = make.SchoolFactory(name="Fermée", is_active=False)
    with pytest.raises(decisions.CannotApply, match="n'accueille plus"):
        approve(ask_school(cast, closed), cast.agnes)
    marc = make.AdultFactory(household=cast.alice.household, first_name="Marc")
    asked = ask(cast, marc, last_name="Durand")
    Adult.objects.filter(pk=marc.pk).delete()
    assert decisions.current_values(asked) == {}
    with pytest.raises(decisions.CannotApply, match="n'existe plus"):
        approve(asked, cast.agnes)
    asked = ask(cast, cast.noe, last_name="Durand")
    HouseholdChild.objects.filter(child=cast.noe).update(household=cast.charlie.household)
    with pytest.raises(decisions.CannotApply, match="plus dans le dossier"):
        approve(asked, cast.agnes)
    assert asked.is_waiting


def test_a_refusal_says_why_to_who_asked(cast):
    asked = ask(cast, cast.alice.household, city="Caen")
    with pytest.raises(ValidationError, match="Écrivez pourquoi"):
        decisions.refuse(asked, "  ", actor=cast.agnes, now=NOW)
    for _ in range(2):
        decided = decisions.refuse(asked, "Joignez un justificatif.", actor=cast.agnes, now=NOW)
    assert (decided.state, decided.answer) == ("refused", "Joignez un justificatif.")
    mail = OutboxMail.objects.get()
    assert (mail.to, mail.subject_line) == ("alice@exemple.fr", f"Démarche {asked.number} : refusée")
    assert "Joignez un justificatif." in mail.text
    cast.alice.household.refresh_from_db()
    assert cast.alice.household.city == "Valmont-sur-Orne"


def test_an_answer_in_words_with_a_file(cast):
    asked = requests.ask_tax_certificate(cast.alice.household, 2025, author=cast.alice.user, now=NOW)
    with pytest.raises(ValidationError, match="joignez un fichier"):
        decisions.answer(asked, " ", actor=cast.agnes, now=NOW)
    files = [("Attestation fiscale 2025", upload())]
    for _ in range(2):
        decided = decisions.answer(asked, "La voici.", files, actor=cast.agnes, now=NOW)
    document = FamilyDocument.objects.get()
    assert (document.request, document.household) == (decided, cast.alice.household)
    assert (document.title, document.size) == ("Attestation fiscale 2025", len(PDF))
    with document.file.open() as kept:
        assert kept.read() == PDF
    assert "Un fichier vous attend" in OutboxMail.objects.get().text


def test_a_file_does_not_outlive_a_decision_that_failed(cast, settings):
    asked = requests.ask_tax_certificate(cast.alice.household, 2025, author=cast.alice.user, now=NOW)
    good, bad = ("Un", upload()), ("T" * 151, upload())
    folder = settings.MEDIA_ROOT / "families"
    before = sorted(folder.rglob("*.pdf"))
    with pytest.raises(Exception):  # noqa: B017, PT011 -- SQLite and PostgreSQL refuse the long title each their way
        decisions.answer(asked, "", [good, bad, (None, upload())], actor=cast.agnes, now=NOW)
    assert sorted(folder.rglob("*.pdf")) == before
    assert not FamilyDocument.objects.exists()
    asked.refresh_from_db()
    assert asked.is_waiting


def test_an_author_who_left_leaves_the_answer_to_the_household(cast):
    make.AdultFactory(household=cast.alice.household, first_name="Marc", email="marc@exemple.fr")
    asked = requests.send_message(cast.alice.household, "Bonjour", author=cast.alice.user, now=NOW)
    Adult.objects.filter(user=cast.alice.user).update(user=None, email="")
    decisions.answer(asked, "Bonjour !", actor=cast.agnes, now=NOW)
    assert [to for to, _ in mails()] == ["marc@exemple.fr"]


def test_each_reads_in_its_language(cast):
    cast.alice.user.language = "en"
    cast.alice.user.save()
    asked = requests.send_message(cast.alice.household, "Hello", author=cast.alice.user, now=NOW)
    decisions.answer(asked, "Bonjour !", actor=cast.agnes, now=NOW)
    assert 'lang="en"' in OutboxMail.objects.get().html
    entry = JournalEntry.objects.get(verb="request.decided")
    assert entry.summary == f"Démarche {asked.number} (Question au service) répondue"
