"""Démarches as a family asks and withdraws them."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from portail.core.models import JournalEntry
from portail.families.actions import requests
from portail.families.models import Request
from tests import factories as make
from tests.factories import NOW


def ask_address(cast, **wanted):
    wanted = wanted or {"street": "3 place du Marché", "city": "Valmont-sur-Orne"}
    return requests.ask_change(
        cast.alice.household, wanted, household=cast.alice.household, author=cast.alice.user, now=NOW
    )


def test_only_what_differs_is_asked_and_nothing_changes_yet(cast):
    asked = ask_address(cast)
    assert asked.data == {
        "about": "household",
        "changes": [{"field": "street", "old": "12 rue des Lilas", "new": "3 place du Marché"}],
    }
    assert (asked.state, asked.author_label, asked.created_at) == ("waiting", "Alice Martin", NOW)
    assert asked.number == f"D-2026-{asked.pk:05d}"
    cast.alice.household.refresh_from_db()
    assert cast.alice.household.street == "12 rue des Lilas"


def test_asking_twice_is_asking_once(cast):
    assert ask_address(cast) == ask_address(cast)
    assert Request.objects.count() == 1
    assert JournalEntry.objects.filter(verb="request.asked").count() == 1


def test_asking_again_after_the_answer_is_another_request(cast):
    first = ask_address(cast)
    Request.objects.filter(pk=first.pk).update(state="refused")
    assert ask_address(cast) != first


def test_asking_what_already_is_is_told(cast):
    with pytest.raises(requests.NothingAsked):
        ask_address(cast, street="12 rue des Lilas")
    assert not Request.objects.exists()


def test_a_field_that_is_not_asked_for_this_way_is_a_mistake(cast):
    with pytest.raises(ValueError, match="note"):
        ask_address(cast, note="x")


def test_a_name_and_a_birth_date(cast):
    adult = requests.ask_change(
        cast.alice.adult,
        {"first_name": "Alice", "last_name": "O'Neill-Ñúñez 🌻"},
        household=cast.alice.household,
        author=cast.alice.user,
        now=NOW,
    )
    assert adult.data["adult"] == cast.alice.adult.pk
    assert adult.data["changes"] == [{"field": "last_name", "old": "Martin", "new": "O'Neill-Ñúñez 🌻"}]
    child = requests.ask_change(
        cast.lea,
        {"birth_date": date(2018, 5, 13)},
        household=cast.alice.household,
        author=cast.alice.user,
        now=NOW,
    )
    assert child.child == cast.lea
    assert child.data["changes"] == [{"field": "birth_date", "old": "2018-05-12", "new": "2018-05-13"}]


def test_a_school(cast):
    year = make.SchoolYearFactory()
    other = make.SchoolFactory(name="École Louise-Michel")
    current = cast.lea.schoolings.get()
    common = {"household": cast.alice.household, "author": cast.alice.user, "now": NOW}
    asked = requests.ask_school(cast.lea, other.pk, school_year=year, **common)
    assert asked.data == {
        "about": "child",
        "school_year": year.pk,
        "changes": [{"field": "school", "old": current.school_id, "new": other.pk}],
    }
    with pytest.raises(requests.NothingAsked):
        requests.ask_school(cast.lea, current.school_id, school_year=year, **common)


def test_one_tax_certificate_a_year_waits_at_most(cast):
    common = {"author": cast.alice.user, "now": NOW}
    first = requests.ask_tax_certificate(cast.alice.household, 2025, **common)
    assert requests.ask_tax_certificate(cast.alice.household, 2025, message="vite", **common) == first
    assert requests.ask_tax_certificate(cast.alice.household, 2024, **common) != first
    assert requests.ask_tax_certificate(cast.bob.household, 2025, author=cast.bob.user, now=NOW) != first


def test_a_message_is_kept_as_written(cast):
    words = "Bonjour,\n\n" + "L'été 🌞 " * 1200
    sent = requests.send_message(cast.alice.household, words, author=cast.alice.user, now=NOW)
    sent.refresh_from_db()
    assert sent.message == words


def test_withdrawing_twice_is_withdrawing_once(cast):
    asked = ask_address(cast)
    later = NOW + timedelta(hours=1)
    for moment in (later, later + timedelta(hours=1)):
        asked = requests.withdraw(asked, actor=cast.alice.user, now=moment)
    assert (asked.state, asked.decided_at) == ("withdrawn", later)
    entry = JournalEntry.objects.get(verb="request.withdrawn")
    assert entry.subject == cast.alice.household.journal_subject


def test_what_was_decided_meanwhile_is_not_withdrawn(cast):
    asked = ask_address(cast)
    Request.objects.filter(pk=asked.pk).update(state="approved")
    with pytest.raises(requests.AlreadyDecided) as told:
        requests.withdraw(asked, actor=cast.alice.user, now=NOW)
    assert told.value.request.state == "approved"


def test_the_journal_speaks_french_whoever_asks(cast):
    with translation.override("en"):
        asked = requests.ask_tax_certificate(cast.alice.household, 2025, author=cast.alice.user, now=NOW)
    entry = JournalEntry.objects.get(verb="request.asked")
    assert entry.summary == f"Démarche {asked.number} (Attestation fiscale) demandée"
