"""Children: one dossier or two, never three; a school year by year."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from portail.core.changes import EditedMeanwhile, shown
from portail.core.models import JournalEntry
from portail.families.actions import children
from portail.families.models import Child, HouseholdChild
from tests import factories as make
from tests.factories import NOW

TODAY = date(2026, 11, 24)
RIGHTS = {"can_see": True, "can_book": True, "is_told": True, "is_billed": True}
LINK = {**RIGHTS, "since": TODAY, "until": None}
LOU = {
    "first_name": "Lou",
    "last_name": "O'Neill",
    "birth_date": date(2020, 2, 29),
    "phone": "",
    "email": "",
}


def verbs(household):
    return list(JournalEntry.objects.filter(subject=household.journal_subject).values_list("verb", flat=True))


def test_a_child_sent_twice_is_added_once(cast):
    for _ in range(2):
        child = children.add_child(cast.alice.household, LOU, LINK, actor=cast.agnes, now=NOW)
    link = child.household_links.get()
    assert (link.household, link.since, link.can_book) == (cast.alice.household, TODAY, True)
    assert Child.objects.filter(first_name="Lou").count() == 1
    assert verbs(cast.alice.household) == ["child.added"]


def test_a_change_is_in_the_journal_of_both_dossiers(cast):
    seen = shown(cast.lea, LOU)
    children.edit_child(cast.lea, {"last_name": "Durand"}, seen=seen, actor=cast.agnes, now=NOW)
    for household in (cast.alice.household, cast.bob.household):
        entry = JournalEntry.objects.get(subject=household.journal_subject)
        assert (entry.before, entry.after) == ({"last_name": "Martin"}, {"last_name": "Durand"})
    assert verbs(cast.charlie.household) == []


def test_two_agents_on_the_same_field_of_a_child(cast):
    seen = shown(cast.lea, LOU)
    children.edit_child(cast.lea, {"first_name": "Léah"}, seen=seen, actor=cast.agnes, now=NOW)
    with pytest.raises(EditedMeanwhile):
        children.edit_child(cast.lea, {"first_name": "Léa-Rose"}, seen=seen, actor=cast.alix, now=NOW)


def test_a_child_is_never_in_three_dossiers_at_once(cast):
    with pytest.raises(ValidationError, match="deux dossiers au plus"):
        children.share_child(cast.lea, cast.charlie.household, LINK, actor=cast.agnes, now=NOW)
    bobs = HouseholdChild.objects.get(child=cast.lea, household=cast.bob.household)
    ends = {**RIGHTS, "since": bobs.since, "until": TODAY - timedelta(days=1)}
    children.edit_link(bobs, ends, seen=shown(bobs, ends), actor=cast.agnes, now=NOW)
    children.share_child(cast.lea, cast.charlie.household, LINK, actor=cast.agnes, now=NOW)
    bobs.refresh_from_db()
    again = {**ends, "until": None}
    with pytest.raises(ValidationError, match="deux dossiers au plus"):
        children.edit_link(bobs, again, seen=shown(bobs, again), actor=cast.agnes, now=NOW)


def test_sharing_twice_is_sharing_once(cast):
    for _ in range(2):
        children.share_child(cast.noe, cast.bob.household, LINK, actor=cast.agnes, now=NOW)
    assert cast.noe.household_links.count() == 2
    assert verbs(cast.bob.household) == verbs(cast.alice.household) == ["child.shared"]


def test_a_child_that_left_comes_back_by_its_dates(cast):
    link = cast.noe.household_links.get()
    link.until = TODAY - timedelta(days=10)
    link.save()
    with pytest.raises(ValidationError, match="a déjà été dans ce dossier"):
        children.share_child(cast.noe, cast.alice.household, LINK, actor=cast.agnes, now=NOW)


def test_dates_follow_each_other(cast):
    link = cast.noe.household_links.get()
    wrong = {**RIGHTS, "since": TODAY, "until": TODAY - timedelta(days=1)}
    with pytest.raises(ValidationError, match="date de fin"):
        children.edit_link(link, wrong, seen=shown(link, wrong), actor=cast.agnes, now=NOW)


def test_a_mistaken_link_is_taken_away_and_an_orphan_child_with_it(cast):
    bobs = HouseholdChild.objects.get(child=cast.lea, household=cast.bob.household)
    make.ChildContactFactory(household=cast.bob.household, child=cast.lea)
    for _ in range(2):
        children.remove_link(bobs, actor=cast.agnes, now=NOW, has_bookings=False)
    assert list(cast.lea.households.all()) == [cast.alice.household]
    assert not cast.lea.contacts.exists()
    assert verbs(cast.bob.household) == ["child.unlinked"]
    children.remove_link(cast.noe.household_links.get(), actor=cast.agnes, now=NOW, has_bookings=False)
    assert not Child.objects.filter(pk=cast.noe.pk).exists()


def test_a_child_with_bookings_stays(cast):
    link = cast.noe.household_links.get()
    with pytest.raises(children.StillUsed):
        children.remove_link(link, actor=cast.agnes, now=NOW, has_bookings=True)
    make.BookingFactory(child=cast.noe, household=cast.bob.household)
    with pytest.raises(children.StillUsed):
        children.remove_link(link, actor=cast.agnes, now=NOW, has_bookings=False)
    assert cast.noe.household_links.get() == link


def test_a_school_a_year_with_a_class_of_it(cast):
    year = make.SchoolYearFactory(label="2027-2028", start=date(2027, 9, 1), end=date(2028, 7, 4))
    school = make.SchoolFactory(name="École Louise-Michel")
    values = {
        "school": school,
        "school_class": make.SchoolClassFactory(school=school, school_year=year),
        "level": "CE2",
    }
    seen = {"school": None, "school_class": None, "level": ""}
    for _ in range(2):
        children.set_schooling(cast.lea, year, values, seen=seen, actor=cast.agnes, now=NOW)
    schooling = cast.lea.schoolings.get(school_year=year)
    assert (schooling.school, schooling.level) == (school, "CE2")
    assert cast.lea.schoolings.count() == 2
    assert verbs(cast.bob.household) == ["child.schooled"]


def test_a_class_of_another_school_or_year_is_refused(cast):
    year = make.SchoolYearFactory()
    elsewhere = make.SchoolClassFactory(school=make.SchoolFactory(name="Ailleurs"))
    values = {"school": make.SchoolFactory(), "school_class": elsewhere, "level": ""}
    with pytest.raises(ValidationError, match="classe de cette école"):
        children.set_schooling(cast.noe, year, values, seen={}, actor=cast.agnes, now=NOW)


days = st.dates(date(2026, 1, 1), date(2026, 3, 1))


@given(st.lists(st.tuples(days, st.none() | days), max_size=6))
def test_most_at_once_is_what_counting_day_by_day_gives(stretches):
    stretches = [(since, until) for since, until in stretches if until is None or until >= since]
    span = [date(2026, 1, 1) + timedelta(days=n) for n in range(70)]
    by_day = max(sum(s <= day and (u is None or u >= day) for s, u in stretches) for day in span)
    assert children.most_at_once(stretches) == by_day
