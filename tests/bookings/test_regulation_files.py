"""A settings file where families have booked: what moves is told, what is booked is never lost, all or nothing."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from portail import rules
from portail.activities import queries
from portail.activities.actions import structure
from portail.activities.actions.regulation import StaleVersion, apply_regulation, default_text
from portail.activities.models import Place, Regulation, School, Service, ServicePlace, Session
from portail.bookings.actions.changes import change_bookings
from portail.bookings.actions.regulation import StillBooked, apply_file, plan
from portail.bookings.models import Booking
from portail.bookings.queries import law, month
from portail.bookings.queries.rule_changes import Moved
from portail.bookings.recap import Wish, recap
from portail.core.models import JournalEntry
from portail.families.models import HouseholdChild
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
START = default_text("Valmont-sur-Orne", "B")
FIRST = date(2026, 12, 3)


@pytest.fixture(autouse=True)
def town(cast):
    """A canteen in its place, booked by a child of the cast on two Thursdays to come and one gone by."""
    offer, place = cast.offer, cast.offer.place
    place.school = make.SchoolFactory()
    place.save()
    for day in (FIRST - timedelta(weeks=2), FIRST, FIRST + timedelta(weeks=1)):
        session = make.SessionFactory(service=offer.service, place=place, date=day, capacity=40)
        make.BookingFactory(child=cast.noe, household=cast.alice.household, session=session)
    apply_regulation(START, "", actor=None, now=NOW)
    return offer


def apply(text: str, **options):
    return apply_file(text, "", actor=None, now=NOW, **options)


def planned(text: str):
    return plan(rules.parse(text), now=NOW)


def test_the_deadlines_of_what_is_booked_are_told_before_and_after():
    found = planned(START.replace('weekday = "dimanche"', 'weekday = "mardi"').replace("21:00", "08:00"))
    [moved] = found.deadlines
    assert moved == Moved(
        service="Cantine",
        bookings=2,
        days=2,
        example=FIRST,
        before="Annulable jusqu'au dimanche 29 novembre à 21 h",
        after="La date limite était mardi 24 novembre à 8 h",
        closed=1,
        opened=0,
    )
    assert moved.fr() == (
        "Cantine : la limite change pour 2 réservations à venir (2 jours). Par exemple jeudi 3 décembre 2026 : "
        "Annulable jusqu'au dimanche 29 novembre à 21 h devient La date limite était mardi 24 novembre à 8 h. "
        "Ne pourraient plus être annulées sur le portail : 1."
    )
    assert not found.refusals
    assert Regulation.objects.count() == 1


def test_a_deadline_that_opens_again_is_told_too():
    apply(START.replace('weekday = "dimanche"', 'weekday = "mardi"').replace("21:00", "08:00"))
    [moved] = planned(START).deadlines
    assert (moved.closed, moved.opened) == (0, 1)
    assert moved.fr().endswith("Pourraient de nouveau être annulées : 1.")


def test_only_those_whom_the_new_rule_looks_at_move(cast):
    text = START + (
        '\n[[deadlines]]\nservices = ["cantine"]\nresidences = ["extérieur"]\nbefore = 1\nat = "12:00"\n'
    )
    assert planned(text).deadlines == ()
    household = cast.alice.household
    household.residence = "extérieur"
    household.save()
    [moved] = planned(text).deadlines
    assert (moved.bookings, moved.closed) == (2, 0)


def test_a_rule_that_starts_later_moves_only_the_days_after():
    """A change of rule takes effect at its validity date."""
    later = FIRST + timedelta(days=1)
    text = START.replace("[[deadlines]]", f"[[deadlines]]\nuntil = {FIRST}", 1)
    text += f'\n[[deadlines]]\nfrom = {later}\nbefore = 1\nat = "08:00"\n'
    [moved] = planned(text).deadlines
    assert (moved.bookings, moved.example) == (1, FIRST + timedelta(weeks=1))
    before = queries.regulation()
    apply(text)
    after, calendar = queries.regulation(), queries.calendar()
    told = [
        [rules.modifiable("cantine", day, one.deadlines, calendar)[0].fr() for one in (before, after)]
        for day in (FIRST, FIRST + timedelta(weeks=1))
    ]
    assert told == [
        ["Modifiable jusqu'au dimanche 29 novembre à 21 h"] * 2,
        [
            "Modifiable jusqu'au dimanche 6 décembre à 21 h",
            "Modifiable jusqu'au mercredi 9 décembre à 8 h",
        ],
    ]


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("schools", "École « École Jules-Verne » : archivée, mais 2 réservations à venir en dépendent."),
        ("places", "Lieu « Restaurant Jules-Verne » : archivé, mais 2 réservations à venir en dépendent."),
        ("activities", "Activité « Restauration scolaire » : archivée, mais 2 réservations à venir"),
        ("services", "Prestation « Cantine » : archivée, mais 2 réservations à venir en dépendent."),
    ],
)
def test_what_is_booked_is_not_archived_and_nothing_of_the_file_is_done(section, words):
    text = f"{section} = []\n" + START.replace("21:00", "20:00") + '[[calendar]]\nkind = "closure"\n'
    text += 'label = "Pont"\nstart = 2027-05-07\n'
    before = (JournalEntry.objects.count(), queries.structure(), queries.regulation())
    assert [reason.startswith(words) for reason in planned(text).refusals] == [True]
    with pytest.raises(StillBooked) as refused:
        apply(text)
    assert refused.value.reasons == planned(text).refusals
    assert ("was = " in refused.value.reasons[0]) is (section in ("schools", "places"))
    assert (JournalEntry.objects.count(), queries.structure(), queries.regulation()) == before


def test_an_offer_that_is_booked_stays_even_when_its_place_takes_a_new_name():
    whole = queries.whole_text()
    text = whole.replace('name = "Restaurant Jules-Verne"', 'name = "Resto"\nwas = "Restaurant Jules-Verne"')
    start = text.index("places = [")
    without = text[:start] + "places = []" + text[text.index("]", start) + 1 :]
    with pytest.raises(StillBooked) as refused:
        apply(without)
    assert "« cantine, Restaurant Jules-Verne » : archivée, mais 2 réservations" in refused.value.reasons[0]
    renamed = text.replace('place = "Restaurant Jules-Verne"', 'place = "Resto"')
    assert apply(renamed).version.version == 2
    assert Place.objects.get().name == "Resto"


def test_once_nothing_is_booked_the_same_file_is_applied():
    Booking.objects.filter(session__date__gte=FIRST).update(state=Booking.State.CANCELLED)
    text = "schools = []\nplaces = []\n" + START
    assert apply(text).version.version == 2
    assert [row.is_active for row in (School.objects.get(), Place.objects.get())] == [False, False]


def test_the_usual_places_reach_the_sessions_to_come_that_had_them(town):
    own = Session.objects.get(date=FIRST)
    own.capacity = 12
    own.save()
    done = apply(queries.whole_text().replace("capacity = 40", "capacity = 55"))
    assert (done.sessions, done.full) == (1, [])
    assert list(Session.objects.order_by("date").values_list("capacity", flat=True)) == [40, 12, 55]
    town.refresh_from_db()
    assert town.capacity == 55


def test_a_session_with_more_children_keeps_its_places_and_is_named(cast):
    full = Session.objects.get(date=FIRST)
    make.BookingFactory(child=cast.lea, household=cast.alice.household, session=full)
    done = apply(queries.whole_text().replace("capacity = 40", "capacity = 1"))
    assert (done.sessions, done.full) == (1, [full])
    assert list(Session.objects.order_by("date").values_list("capacity", flat=True)) == [40, 40, 1]


@pytest.mark.parametrize("row", ["offer", "place", "service", "activity"])
def test_nothing_new_is_booked_where_the_file_archived(cast, row):
    free = make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=FIRST + timedelta(days=1))
    wish = [Wish(cast.noe.pk, free.pk, True)]
    assert len(recap(cast.alice.household, wish, now=NOW).added) == 1
    rows = {
        "offer": cast.offer,
        "place": cast.offer.place,
        "service": cast.canteen,
        "activity": cast.canteen.activity,
    }
    structure.archive(rows[row], actor=None, now=NOW)
    found = recap(cast.alice.household, wish, now=NOW)
    assert (found.added, [str(change.standing.why) for change in found.refused]) == (
        (),
        ["Cette prestation n'est pas proposée à votre enfant ce jour-là"],
    )
    link = HouseholdChild.objects.get(household=cast.alice.household, child=cast.noe)
    months = {day.replace(day=1) for day in (FIRST, FIRST + timedelta(days=20))}
    shown = {cell.session_id for first in months for cell in month([link], first, law(NOW)).cells}
    assert shown == set(cast.noe.bookings.filter(session__date__gte=FIRST).values_list("session", flat=True))


def test_sessions_to_make_are_named():
    whole = queries.whole_text()
    assert planned(whole).warnings == ()
    days = whole.replace('weekdays = ["lundi", ', 'weekdays = ["lundi", "mercredi", ')
    more = (
        whole.replace("places = [\n", 'places = [\n  { place = "Préau" },\n') + '[[places]]\nname = "Préau"\n'
    )
    for text in (days, more):
        assert planned(text).warnings == (
            "Pour « cantine » : une fois le fichier appliqué, générez les séances dans « Séances », au guichet.",
        )


def test_what_stops_half_way_leaves_nothing_done():
    """The structure was written and the version cannot be: the base takes no such note."""
    text = queries.whole_text().replace("capacity = 40", "capacity = 55")
    before = JournalEntry.objects.count()
    with pytest.raises(UnicodeEncodeError):
        apply_file(text, "\udcff", actor=None, now=NOW)
    assert (ServicePlace.objects.get().capacity, JournalEntry.objects.count()) == (40, before)
    assert Regulation.objects.count() == 1


def test_a_receipt_keeps_the_conditions_that_held_when_it_was_given(cast):
    """What was decided before a change of rule keeps its explanation."""
    session = make.SessionFactory(
        service=cast.canteen, place=cast.offer.place, date=FIRST + timedelta(days=1), capacity=40
    )
    receipt = change_bookings(
        cast.alice.household,
        [Wish(cast.noe.pk, session.pk, True)],
        token=uuid4(),
        actor=cast.alice.user,
        now=NOW,
    )
    [line] = receipt.lines.all()
    assert line.conditions == "Annulable jusqu'au dimanche 29 novembre à 21 h"
    apply(START.replace("21:00", "08:00"))
    [moved] = planned(START).deadlines
    assert moved.before == "Annulable jusqu'au dimanche 29 novembre à 8 h"
    line.refresh_from_db()
    assert line.conditions == "Annulable jusqu'au dimanche 29 novembre à 21 h"
    assert Regulation.objects.get(version=1).text == START


def test_a_version_applied_meanwhile_stops_the_whole_file():
    apply(START.replace("21:00", "20:00"))
    with pytest.raises(StaleVersion):
        apply(queries.whole_text().replace("capacity = 40", "capacity = 55"), over=1)
    assert ServicePlace.objects.get().capacity == 40


def test_a_commune_whose_deadlines_stay_asks_nothing_of_the_bookings(django_assert_num_queries):
    new = rules.parse(START + '[[tariffs]]\nname = "Repas"\nservices = ["cantine"]\nprice = 4\n')
    with django_assert_num_queries(3):
        plan(new, now=NOW)


@pytest.mark.parametrize("weeks", [1, 5])
def test_what_moves_is_read_in_a_constant_number_of_queries(cast, weeks, django_assert_num_queries):
    service, place = Service.objects.get(), Place.objects.get()
    for week in range(2, 2 + weeks):
        session = make.SessionFactory(service=service, place=place, date=FIRST + timedelta(weeks=week))
        make.BookingFactory(child=cast.noe, household=cast.alice.household, session=session)
    new = rules.parse(START.replace("21:00", "20:00"))
    with django_assert_num_queries(9):
        plan(new, now=NOW)
