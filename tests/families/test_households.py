"""Dossiers and adults, as an agent writes them."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from portail.core.changes import EditedMeanwhile, shown
from portail.core.models import JournalEntry
from portail.families.actions import households
from portail.families.models import Adult, Household
from tests import factories as make
from tests.factories import NOW

ADDRESS = {"street": "3 place du Marché", "street_more": "", "postcode": "14220", "city": "Valmont"}
PERSON = {"first_name": "Maurice", "last_name": "Democivil", "email": "maurice@exemple.fr"}


def create(cast, **values):
    return households.create_household(
        {"name": "DEMOCIVIL", "number": "", **ADDRESS, **values}, actor=cast.agnes, now=NOW
    )


def journal_of(household):
    return list(JournalEntry.objects.filter(subject=household.journal_subject).values_list("verb", flat=True))


@pytest.mark.django_db
def test_the_first_dossier_has_a_number():
    assert households.next_number() == "1000"


def test_the_next_number_follows_the_greatest_whatever_its_length(cast):
    make.HouseholdFactory(number="998")
    make.HouseholdFactory(number="12345")
    assert create(cast).number == "12346"
    assert create(cast).number == "12347"


def test_a_number_may_be_chosen_but_not_taken(cast):
    created = create(cast, number="6354")
    assert (created.number, created.name_key, created.created_at) == ("6354", "democivil", NOW)
    with pytest.raises(ValidationError) as refused:
        create(cast, number="6354")
    assert set(refused.value.message_dict) == {"number"}
    assert Household.objects.filter(number="6354").count() == 1


def test_creating_is_told_to_the_journal_with_what_was_written(cast):
    created = create(cast)
    entry = JournalEntry.objects.get(subject=created.journal_subject)
    assert (entry.verb, entry.actor, entry.summary) == (
        "household.created",
        cast.agnes,
        f"Dossier {created.number} créé",
    )
    assert entry.after["street"] == "3 place du Marché"


def test_editing_writes_before_and_after_and_twice_is_once(cast):
    household = cast.alice.household
    seen = shown(household, ADDRESS)
    for _ in range(2):
        households.edit_household(household, ADDRESS, seen=seen, actor=cast.agnes, now=NOW)
    entry = JournalEntry.objects.get(subject=household.journal_subject)
    assert entry.before == {"street": "12 rue des Lilas", "city": "Valmont-sur-Orne"}
    assert entry.after == {"street": "3 place du Marché", "city": "Valmont"}


def test_a_second_agent_is_told_what_the_first_wrote(cast):
    household = cast.alice.household
    seen = shown(household, ADDRESS)
    households.edit_household(household, ADDRESS, seen=seen, actor=cast.agnes, now=NOW)
    with pytest.raises(EditedMeanwhile) as told:
        households.edit_household(
            household, {**ADDRESS, "street": "1 rue Haute"}, seen=seen, actor=cast.alix, now=NOW
        )
    assert told.value.theirs == {"street": "3 place du Marché"}


def test_the_family_never_reads_the_agents_note_in_its_journal(cast):
    household = cast.alice.household
    households.edit_household(
        household, {"note": "Impayés en 2024"}, seen={"note": ""}, actor=cast.agnes, now=NOW
    )
    entry = JournalEntry.objects.get(subject=household.journal_subject)
    assert (entry.before, entry.after) == ({"note": ""}, {"note": "…"})
    household.refresh_from_db()
    assert household.note == "Impayés en 2024"


def test_closing_and_reopening_twice_is_once(cast):
    household = cast.alice.household
    for later in (0, 1):
        households.close_household(
            household, reason="Déménagement", actor=cast.agnes, now=NOW + timedelta(hours=later)
        )
    household.refresh_from_db()
    assert household.closed_at == NOW
    for _ in range(2):
        households.reopen_household(household, actor=cast.agnes, now=NOW)
    household.refresh_from_db()
    assert household.closed_at is None
    assert journal_of(household) == ["household.reopened", "household.closed"]


def test_adults_come_one_after_the_other_and_a_double_click_adds_one(cast):
    household = cast.alice.household
    for _ in range(2):
        adult = households.add_adult(household, PERSON, actor=cast.agnes, now=NOW)
    assert adult.position == 1
    assert [str(one) for one in household.adults.all()] == ["Alice Martin", "Maurice Democivil"]
    assert journal_of(household) == ["adult.added"]


def test_an_adult_is_edited_without_losing_another_agents_work(cast):
    adult = cast.alice.adult
    fields = ["first_name", "last_name", "email", "mobile_phone"]
    seen = shown(adult, fields)
    households.edit_adult(adult, {**seen, "last_name": "O'Neill"}, seen=seen, actor=cast.agnes, now=NOW)
    households.edit_adult(adult, {**seen, "mobile_phone": ""}, seen=seen, actor=cast.alix, now=NOW)
    adult.refresh_from_db()
    assert (adult.last_name, adult.mobile_phone, adult.search_key) == ("O'Neill", "", "alice o neill")


def test_an_adult_who_signs_in_is_not_removed(cast):
    with pytest.raises(households.AdultHasAccount):
        households.remove_adult(cast.alice.adult, actor=cast.agnes, now=NOW)
    other = make.AdultFactory(household=cast.alice.household, first_name="Marc")
    for _ in range(2):
        households.remove_adult(other, actor=cast.agnes, now=NOW)
    assert not Adult.objects.filter(pk=other.pk).exists()
    assert journal_of(cast.alice.household) == ["adult.removed"]
