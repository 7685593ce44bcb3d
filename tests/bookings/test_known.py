"""What the rules are told of a family: its dossier, its quotient of the day, its children, what is booked together."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from portail import rules
from portail.activities.models import SchoolYear
from portail.bookings.models import Booking, Enrolment
from portail.bookings.queries import Asked, Basket, Booked, knowledge
from portail.families.models import HouseholdChild, Schooling
from tests import factories as make
from tests.bookings.sayings import MONDAY, session

pytestmark = pytest.mark.django_db
EVERYTHING = frozenset(rules.TAGS.values()) | frozenset(rules.NUMBERS)
FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)


def regulation(text=""):
    return rules.parse('format = 1\n[commune]\nname = "Valmont"\n' + text)


def asked(cast, child=None, day=MONDAY, household=None):
    household = household or cast.alice.household
    child = child or cast.lea
    return Asked(household.pk, child.pk, cast.canteen.activity_id, "cantine", day)


def told(cast, *, text="", wanted=EVERYTHING, child=None, day=MONDAY, basket=None, **more):
    facts = knowledge([cast.alice.household], FIRST, LAST, regulation=regulation(text), wanted=wanted)
    return dict(facts.of(asked(cast, child, day), channel="portail", basket=basket, **more))


def test_all_that_is_known_of_a_child(cast):
    cast.alice.household.residence = "extérieur"
    make.QuotientFactory(household=cast.alice.household)
    Enrolment.objects.filter(child=cast.lea).update(profile="régulier", group="bleu")
    noe = HouseholdChild.objects.get(child=cast.noe).child
    noe.birth_date = date(2016, 3, 1)
    noe.save()
    assert told(cast) == {
        "residence": "extérieur",
        "channel": "portail",
        "quotient": Decimal("742.00"),
        "rank": 2,
        "rank_enrolled": 2,
        "rank_present": 1,
        "children": 2,
        "parts": 3,
        "enrolled": 2,
        "age": 8,
        "profile": "régulier",
        "group": "bleu",
        "place": frozenset(
            {cast.offer.place.name} | ({cast.offer.place.school.name} if cast.offer.place.school else set())
        ),
        "level": "CE1",
        "present": 1,
        "together": 1,
        "days": 1,
        "units": 1,
    }


def test_what_is_not_known_is_left_out(cast):
    Schooling.objects.all().delete()
    facts = told(cast, day=MONDAY)
    assert {
        "residence",
        "quotient",
        "profile",
        "group",
        "level",
        "with_service",
        "minutes",
    } & facts.keys() == set()


def test_only_what_the_rules_look_at_is_read(cast, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert told(cast, wanted=frozenset({"channel"})) == {"channel": "portail"}
    with django_assert_num_queries(1):
        assert told(cast, wanted=frozenset({"rank"})) == {"rank": 1}


@pytest.mark.parametrize("many", [1, 5])
def test_queries_do_not_grow_with_the_families(cast, many, django_assert_num_queries):
    households = [cast.alice.household]
    for n in range(many - 1):
        household = make.HouseholdFactory()
        child = make.ChildFactory(first_name=f"Enfant{n}")
        make.HouseholdChildFactory(household=household, child=child)
        make.EnrolmentFactory(child=child, activity=cast.canteen.activity, place=cast.offer.place)
        make.QuotientFactory(household=household)
        households.append(household)
    with django_assert_num_queries(3):
        facts = knowledge(households, FIRST, LAST, regulation=regulation(), wanted=EVERYTHING)
        for household in households:
            facts.of(asked(cast, household=household))


def test_the_quotient_is_that_of_the_day(cast):
    rule = '[quotient]\nrenewal = "02-01"\n'
    old = make.QuotientFactory(household=cast.alice.household, value=Decimal(700))
    wrong = make.QuotientFactory(
        household=cast.alice.household, value=Decimal(9), received_on=date(2026, 11, 1)
    )
    make.QuotientFactory(
        household=cast.alice.household, value=Decimal(810), received_on=date(2026, 12, 10), replaces=wrong
    )

    def on(day):
        return told(cast, text=rule, wanted=frozenset({"quotient"}), day=day)

    assert on(date(2026, 12, 9)) == {"quotient": old.value}
    assert on(date(2026, 12, 10)) == {"quotient": Decimal(810)}
    assert on(date(2027, 2, 1)) == {}, "renewed in February, without a new proof"


def test_the_quotient_and_residence_are_those_of_the_household_that_books(cast):
    bob = cast.bob.household
    make.QuotientFactory(household=cast.alice.household, value=Decimal(500))
    make.QuotientFactory(household=bob, value=Decimal(1500))
    wanted = frozenset({"quotient", "children"})
    facts = knowledge([cast.alice.household, bob], FIRST, LAST, regulation=regulation(), wanted=wanted)
    assert dict(facts.of(asked(cast))) == {"quotient": Decimal(500), "children": 2}
    assert dict(facts.of(asked(cast, household=bob))) == {"quotient": Decimal(1500), "children": 1}


def test_a_child_who_left_or_an_enrolment_of_another_year_does_not_count(cast):
    HouseholdChild.objects.filter(household=cast.alice.household, child=cast.noe).update(until=MONDAY)
    wanted = frozenset({"rank", "children", "enrolled"})
    assert told(cast, wanted=wanted)["children"] == 2
    assert told(cast, wanted=wanted, day=MONDAY + timedelta(days=1)) == {
        "rank": 1,
        "children": 1,
        "enrolled": 1,
    }
    year = SchoolYear.objects.get()
    Enrolment.objects.filter(child=cast.lea).update(until=year.start)
    assert "enrolled" not in told(cast, wanted=wanted, day=MONDAY + timedelta(days=1))


def test_what_is_booked_together_counts_the_place_asked_for(cast):
    for child, day in ((cast.noe, MONDAY), (cast.lea, MONDAY + timedelta(days=1)), (cast.lea, MONDAY)):
        make.BookingFactory(child=child, session=make_or_get(cast, day), household=cast.alice.household)
    gone = make_or_get(cast, MONDAY + timedelta(days=3))
    make.BookingFactory(
        child=cast.lea, session=gone, household=cast.alice.household, state=Booking.State.CANCELLED
    )
    wanted = frozenset({"present", "together", "days", "units"})
    assert told(cast, wanted=wanted) == {"present": 2, "together": 2, "days": 2, "units": 2}
    thursday = MONDAY + timedelta(days=3)
    assert told(cast, wanted=wanted, day=thursday) == {"present": 1, "together": 1, "days": 3, "units": 3}
    empty = Basket([Booked(cast.noe.pk, cast.canteen.activity_id, "cantine", thursday)])
    assert told(cast, wanted=wanted, day=thursday, basket=empty) == {
        "present": 2,
        "together": 2,
        "days": 1,
        "units": 1,
    }


def make_or_get(cast, day):
    return cast.canteen.sessions.filter(date=day).first() or session(cast, day)


def test_a_basket_as_it_would_be(cast):
    lunch = Booked(cast.lea.pk, cast.canteen.activity_id, "cantine", MONDAY)
    evening = lunch._replace(service="soir")
    basket = Basket([lunch]).changed(added=[evening], removed=[lunch])
    assert set(basket) == {evening}
    assert told(cast, wanted=frozenset({"with_service"}), basket=basket) == {
        "with_service": frozenset({"soir"})
    }


def test_ranks_are_counted_among_those_who_are_there(cast):
    """Noé, born after Léa, is first among the present when she is not, second when she is; another service counts for
    who is at it, not for who is present in this activity."""
    wanted = frozenset({"rank", "rank_enrolled", "rank_present", "sibling_service"})
    lunch = Booked(cast.lea.pk, cast.canteen.activity_id, "cantine", MONDAY)
    bus = lunch._replace(activity_id=lunch.activity_id + 1000, service="car")
    ranks = {"rank": 2, "rank_enrolled": 2}
    assert told(cast, wanted=wanted, child=cast.noe, basket=Basket()) == {**ranks, "rank_present": 1}
    assert told(cast, wanted=wanted, child=cast.noe, basket=Basket([lunch])) == {
        **ranks,
        "rank_present": 2,
        "sibling_service": frozenset({"cantine"}),
    }
    assert told(cast, wanted=wanted, child=cast.noe, basket=Basket([bus])) == {
        **ranks,
        "rank_present": 1,
        "sibling_service": frozenset({"car"}),
    }
    Enrolment.objects.filter(child=cast.lea).delete()
    assert told(cast, wanted=wanted, child=cast.noe)["rank_enrolled"] == 1


def test_more_may_be_said(cast):
    assert told(cast, wanted=frozenset(), minutes=75) == {"minutes": 75}
