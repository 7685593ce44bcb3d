"""Waiting lists: joined, ranked, offered to the next, answered, ended; never a place too many."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from portail.activities.actions.closings import Selection
from portail.activities.models import Regulation
from portail.bookings import offer_keys
from portail.bookings.actions import (
    How,
    NothingToChange,
    ReasonNeeded,
    RecapChanged,
    Wish,
    check,
    closings,
    lists_over,
    offers,
)
from portail.bookings.models import Booking, Receipt, ReceiptLine
from portail.bookings.offer_keys import Outcome
from portail.bookings.queries import law
from portail.bookings.queries.queues import queues
from portail.bookings.queries.touched import fingerprint
from portail.bookings.standing import State, said
from portail.cli import invariants
from portail.core.models import JournalEntry, OutboxMail
from tests import factories as make
from tests.bookings.sayings import IN_TIME, TOO_LATE, add, change, remove, session

pytestmark = pytest.mark.django_db
HEAD = 'format = 1\n[commune]\nname = "Valmont"\nzone = "B"\n'
WEEKLY = '[[deadlines]]\nanchor = "week"\nweekday = "dimanche"\nat = "21:00"\n'
LIST = '[[waiting]]\nname = "Cantine"\nservices = ["cantine"]\nvalid_hours = 24\n'
POINTS = (
    LIST
    + 'order = "points"\n[[waiting.criteria]]\nlabel = "Habitant"\nresidences = ["commune"]\npoints = 10\n'
    + '[[waiting.criteria]]\nlabel = "Frère ou sœur"\nsibling_services = ["cantine"]\npoints = 5\n'
    + '[[waiting.criteria]]\nlabel = "Adultes au travail"\nworks = ["tous"]\npoints = 2\n'
)
SMALL = '[[quotas]]\nname = "3-5 ans"\nservices = ["cantine"]\nage = { min = 3, max = 5 }\nmost = 1\n'
HOUR = timedelta(hours=1)


def law_of(*parts):
    version = Regulation.objects.count() + 1
    Regulation.objects.create(version=version, text=HEAD + "".join(parts), applied_at=make.NOW)


@pytest.fixture
def town(cast):
    """Zoé may book the canteen too; a list is declared; one place, which Zoé has."""
    law_of(WEEKLY, LIST)
    make.EnrolmentFactory(child=cast.zoe, activity=cast.canteen.activity, place=cast.offer.place)
    lunch = session(cast, capacity=1)
    change(cast.charlie, add(cast.zoe, lunch))
    cast.lunch = lunch
    return cast


def family(cast, number, **more):
    """Another family with a child enrolled in the canteen."""
    household = make.HouseholdFactory(number=str(8100 + number), **more)
    user = make.UserFactory(username=f"autre{number}")
    make.AdultFactory(household=household, user=user, email=user.email)
    child = make.ChildFactory(first_name=f"Enfant{number}", birth_date=date(2017, 1, 1))
    make.HouseholdChildFactory(household=household, child=child)
    make.EnrolmentFactory(child=child, activity=cast.canteen.activity, place=cast.offer.place)
    return SimpleNamespace(household=household, user=user, child=child)


def wait(child, *sessions):
    return [Wish(child.pk, one.pk, True, how=How.WAIT) for one in sessions]


def of(child):
    return Booking.objects.filter(child=child).latest("pk")


def states(*children):
    return [of(child).state for child in children]


def mails(subject):
    return list(OutboxMail.objects.filter(subject_line__contains=subject).values_list("to", flat=True))


def test_a_full_day_is_refused_and_says_that_a_list_is_open(town):
    (refused,) = check(
        town.alice.household, add(town.lea, town.lunch), actor=town.alice.user, now=IN_TIME
    ).refused
    assert (refused.standing.state, refused.standing.can_wait) == (State.FULL, True)
    assert said(refused.standing.queue) == "personne n'attend encore"
    with pytest.raises(RecapChanged):
        change(town.alice, add(town.lea, town.lunch))


def test_waiting_has_its_recap_its_receipt_and_costs_nothing(town):
    wishes = wait(town.lea, town.lunch)
    found = check(town.alice.household, wishes, actor=town.alice.user, now=IN_TIME)
    assert (found.added, [c.child for c in found.waiting], found.is_as_wished) == ((), [town.lea], True)
    assert said(found.waiting[0].conditions) == (
        "1er sur la liste d'attente ; vous serez prévenu dès qu'une place se libère, "
        "et une place proposée se garde 24 heures"
    )
    receipt = change(town.alice, wishes)
    assert [line.change for line in receipt.lines.all()] == [ReceiptLine.Change.WAITING]
    assert states(town.lea) == ["waiting"]
    assert Booking.objects.taking_a_place().count() == 1
    with pytest.raises(NothingToChange):
        change(town.alice, wishes)


def test_what_is_free_is_booked_not_waited_for(town):
    free = session(town, date(2026, 12, 8), capacity=1)
    found = check(town.alice.household, wait(town.lea, free), actor=town.alice.user, now=IN_TIME)
    assert (len(found.added), found.waiting, found.is_as_wished) == (1, (), False)
    with pytest.raises(RecapChanged):
        change(town.alice, wait(town.lea, free))


def test_without_a_list_nobody_waits(town):
    law_of(WEEKLY)
    found = check(town.alice.household, wait(town.lea, town.lunch), actor=town.alice.user, now=IN_TIME)
    assert [c.standing.can_wait for c in found.refused] == [False]


def test_a_place_that_is_freed_is_offered_to_the_next_at_once(town):
    other = family(town, 1)
    change(town.alice, wait(town.lea, town.lunch))
    change(other, wait(other.child, town.lunch), now=IN_TIME + HOUR)
    change(town.charlie, remove(town.zoe, town.lunch), now=IN_TIME + 2 * HOUR)
    assert states(town.lea, other.child, town.zoe) == ["offered", "waiting", "cancelled"]
    assert of(town.lea).offered_until == IN_TIME + 26 * HOUR
    assert mails("Une place se libère") == [town.alice.user.email]
    entry = JournalEntry.objects.get(verb="place.offered")
    assert entry.subject == town.alice.household.journal_subject
    assert Booking.objects.taking_a_place().count() == 1, "an offer is counted as taken"
    full = check(other.household, add(other.child, town.lunch), actor=other.user, now=IN_TIME + 3 * HOUR)
    assert full.is_empty


def offered(town):
    change(town.alice, wait(town.lea, town.lunch))
    change(town.charlie, remove(town.zoe, town.lunch))
    return of(town.lea)


def test_accepting_books_with_a_receipt_once(town):
    booking = offered(town)
    receipt = offers.accept(booking.pk, actor=None, now=IN_TIME + HOUR)
    assert states(town.lea) == ["booked"]
    assert [line.change for line in receipt.lines.all()] == [ReceiptLine.Change.ADDED]
    assert (receipt.author_label, receipt.by_service) == (offers.BY_LINK, False)
    assert offers.accept(booking.pk, actor=None, now=IN_TIME + 2 * HOUR) == receipt
    assert Receipt.objects.filter(household=town.alice.household).count() == 2
    assert [find() for find in invariants.ALL.values() if find()] == []


def test_refusing_asks_the_next(town):
    booking, other = offered(town), family(town, 1)
    change(other, wait(other.child, town.lunch))
    for _ in range(2):
        offers.refuse(booking.pk, actor=town.alice.user, now=IN_TIME + HOUR)
    assert states(town.lea, other.child) == ["left", "offered"]
    with pytest.raises(offers.OfferEnded):
        offers.accept(booking.pk, actor=town.alice.user, now=IN_TIME + HOUR)
    assert [line.change for line in of(town.lea).receipt_lines.all()] == ["waiting", "left"]


@pytest.mark.parametrize("after", [24 * HOUR, 30 * HOUR])
def test_an_offer_without_an_answer_passes_to_the_next(town, after):
    booking, other = offered(town), family(town, 1)
    change(other, wait(other.child, town.lunch))
    now = IN_TIME + after
    with pytest.raises(offers.OfferEnded):
        offers.accept(booking.pk, actor=None, now=now)
    for _ in range(2):
        lists_over.pass_on(now)
    assert states(town.lea, other.child) == ["left", "offered"]
    assert Receipt.objects.filter(reason=lists_over.NO_ANSWER).count() == 1
    lists_over.pass_on(now + 23 * HOUR)
    assert states(other.child) == ["offered"]


def test_an_offer_never_outlives_the_deadline(town):
    change(town.alice, wait(town.lea, town.lunch))
    late = TOO_LATE - 2 * HOUR  # Sunday 20:00; the deadline is 21:00
    change(town.charlie, remove(town.zoe, town.lunch), now=late)
    assert of(town.lea).offered_until == TOO_LATE - HOUR


def test_those_who_wait_are_told_when_the_list_is_over(town):
    change(town.alice, wait(town.lea, town.lunch))
    lists_over.end_lists(TOO_LATE - 2 * HOUR)
    assert states(town.lea) == ["waiting"]
    for _ in range(2):
        lists_over.end_lists(TOO_LATE)
    assert states(town.lea) == ["left"]
    assert Receipt.objects.filter(reason=lists_over.NO_PLACE, by_service=True).count() == 1


def test_nothing_is_offered_once_the_list_is_over(town):
    change(town.alice, wait(town.lea, town.lunch))
    change(town.charlie, remove(town.zoe, town.lunch), now=TOO_LATE, as_service=True, reason="Malade")
    assert states(town.lea) == ["waiting"]


def test_a_list_until_the_service_begins(town):
    law_of(WEEKLY, LIST + 'ends = "start"\n')
    change(town.alice, wait(town.lea, town.lunch))
    change(town.charlie, remove(town.zoe, town.lunch), now=TOO_LATE, as_service=True, reason="Malade")
    booking = of(town.lea)
    assert booking.state == "offered"
    assert booking.offered_until.astimezone(TOO_LATE.tzinfo).hour == town.canteen.starts_at.hour
    offers.accept(booking.pk, actor=town.alice.user, now=TOO_LATE + HOUR)
    assert states(town.lea) == ["booked"]
    assert not of(town.lea).receipt_lines.filter(is_late=True).exists()


def test_a_quota_is_not_passed_and_who_is_passed_over_keeps_its_rank(town):
    law_of(WEEKLY, LIST, SMALL)
    town.lunch.capacity = 2
    town.lunch.save()
    for child in (town.lea, town.zoe):
        child.birth_date = date(2022, 3, 1)
        child.save()
    other, third = family(town, 1), family(town, 2)
    change(other, add(other.child, town.lunch))
    change(
        town.alice, wait(town.lea, town.lunch)
    )  # the first of the list is four, as Zoé, who has the only place
    change(third, wait(third.child, town.lunch), now=IN_TIME + HOUR)
    change(other, remove(other.child, town.lunch), now=IN_TIME + 2 * HOUR)
    assert states(town.lea, third.child) == ["waiting", "offered"]
    change(town.charlie, remove(town.zoe, town.lunch), now=IN_TIME + 3 * HOUR)
    assert states(town.lea) == ["offered"]


def test_points_decide_and_are_told(town):
    law_of(WEEKLY, POINTS)
    town.alice.household.residence = ""
    town.alice.household.save()
    other = family(town, 1, residence="commune", work="tous")
    change(town.alice, wait(town.lea, town.lunch))
    change(other, wait(other.child, town.lunch), now=IN_TIME + HOUR)
    (queue,) = queues([town.lunch.pk], law(IN_TIME + 2 * HOUR))
    assert [(w.booking.child, w.ranked.points) for w in queue.waiting] == [(other.child, 12), (town.lea, 0)]
    assert [one.fr() for one in queue.waiting[0].because][:3] == [
        "12 points", "Habitant : 10", "Adultes au travail : 2"
    ]  # fmt: skip
    change(town.charlie, remove(town.zoe, town.lunch), now=IN_TIME + 2 * HOUR)
    assert states(town.lea, other.child) == ["waiting", "offered"]


def test_more_places_are_offered_at_once(town):
    other = family(town, 1)
    change(town.alice, wait(town.lea, town.lunch) + wait(town.noe, town.lunch))
    change(other, wait(other.child, town.lunch), now=IN_TIME + HOUR)
    closings.change_places(town.lunch, 3, actor=town.agnes, now=IN_TIME + 2 * HOUR)
    assert states(town.lea, town.noe, other.child) == ["offered", "offered", "waiting"]
    closings.change_places(town.lunch, None, actor=town.agnes, now=IN_TIME + 2 * HOUR)
    assert states(other.child) == ["offered"]


def test_a_place_given_back_is_not_for_the_sibling_while_others_wait(town):
    other = family(town, 1)
    change(other, wait(other.child, town.lunch))
    make.HouseholdChildFactory(household=town.charlie.household, child=town.noe)
    swap = remove(town.zoe, town.lunch) + add(town.noe, town.lunch)
    with pytest.raises(RecapChanged):
        change(town.charlie, swap)


def test_the_list_and_the_child_have_their_limits(town):
    law_of(WEEKLY, LIST + "most = 2\nmost_days = 1\n")
    other = family(town, 1)
    tuesday = session(town, date(2026, 12, 8), capacity=0)
    three = wait(town.lea, town.lunch, tuesday) + wait(town.noe, town.lunch)
    found = check(town.alice.household, three, actor=town.alice.user, now=IN_TIME)
    assert [(c.child, c.session) for c in found.waiting] == [(town.lea, town.lunch), (town.noe, town.lunch)]
    assert [said(c.standing.queue) for c in found.refused] == [
        "Votre enfant attend déjà pour un jour : le règlement n'en permet pas plus"
    ]
    change(town.alice, wait(town.lea, town.lunch) + wait(town.noe, town.lunch))
    (refused,) = check(other.household, wait(other.child, town.lunch), actor=other.user, now=IN_TIME).refused
    assert said(refused.standing.queue) == "La liste d'attente est complète : 2 enfants attendent"


def test_the_list_is_left_whenever_one_likes(town):
    change(town.alice, wait(town.lea, town.lunch))
    receipt = change(town.alice, remove(town.lea, town.lunch), now=TOO_LATE)
    assert [line.change for line in receipt.lines.all()] == ["left"]
    assert states(town.lea) == ["left"]


def test_a_closing_that_is_undone_gives_places_back_then_the_list(town):
    change(town.alice, wait(town.lea, town.lunch))
    since = of(town.lea).created_at
    day = Selection(town.lunch.date, town.lunch.date)
    seen = fingerprint(closings.touched_by(day))
    closing = closings.close(day, closings.Said("Neige"), seen=seen, actor=town.agnes, now=IN_TIME + HOUR)
    assert states(town.lea, town.zoe) == ["left", "cancelled"]
    closings.reopen(closing, give_back=True, actor=town.agnes, now=IN_TIME + 2 * HOUR)
    assert states(town.lea, town.zoe) == ["waiting", "booked"]
    assert of(town.lea).created_at == since
    assert [find() for find in invariants.ALL.values() if find()] == []


def test_the_service_gives_a_place_out_of_turn_and_beyond(town):
    other = family(town, 1)
    change(town.alice, wait(town.lea, town.lunch))
    change(other, wait(other.child, town.lunch), now=IN_TIME + HOUR)
    asked = {"actor": town.agnes, "now": IN_TIME + 2 * HOUR}
    with pytest.raises(offers.ReasonMissing):
        offers.give(of(other.child).pk, reason=" ", may_exceed=True, **asked)
    with pytest.raises(offers.CannotTake):
        offers.give(of(other.child).pk, reason="Urgence", **asked)
    receipt = offers.give(of(other.child).pk, reason="Urgence", may_exceed=True, **asked)
    assert offers.give(of(other.child).pk, reason="Urgence", may_exceed=True, **asked) == receipt
    assert (of(other.child).state, of(other.child).is_over) == ("booked", True)
    assert (receipt.reason, receipt.by_service) == ("Urgence", True)
    assert receipt.lines.get().conditions == "Au-delà des places. Complet : 1 place prise sur 1"
    (entry,) = JournalEntry.objects.filter(after__has_key="over")
    assert "Urgence" in entry.summary
    assert invariants.sessions_over_capacity() == []
    change(town.charlie, remove(town.zoe, town.lunch), now=IN_TIME + 3 * HOUR)
    assert states(town.lea) == ["waiting"], "the place beyond took the place that was freed"


def test_the_service_books_beyond_the_places_with_a_reason_only(town):
    asked = {"as_service": True, "reason": "Accord de l'élue"}
    with pytest.raises(RecapChanged):
        change(town.alice, add(town.lea, town.lunch), **asked)
    beyond = [Wish(town.lea.pk, town.lunch.pk, True, how=How.EXCEED)]
    for refused in ({"may_exceed": True}, asked):
        with pytest.raises(RecapChanged):
            change(town.alice, beyond, **refused)
    with pytest.raises(RecapChanged):  # what was shown as a free place is never made a place too many
        change(town.alice, add(town.lea, town.lunch), may_exceed=True, **asked)
    with pytest.raises(ReasonNeeded):
        change(town.alice, beyond, may_exceed=True, as_service=True)
    change(town.alice, beyond, may_exceed=True, **asked)
    assert of(town.lea).is_over


def test_a_link_speaks_of_one_offer_alone(town):
    booking = offered(town)
    key = offer_keys.make(booking)
    assert offer_keys.read(key, now=IN_TIME)[1] is Outcome.OPEN
    assert offer_keys.read(key, now=IN_TIME + 24 * HOUR)[1] is Outcome.ENDED
    with pytest.raises(offer_keys.UnknownKey):
        offer_keys.read(key[:-1] + ("A" if key[-1] != "A" else "B"), now=IN_TIME)
    other = Booking(pk=booking.pk, offered_until=booking.offered_until + HOUR)
    assert offer_keys.read(offer_keys.make(other), now=IN_TIME)[1] is Outcome.ENDED
    offers.accept(booking.pk, actor=None, now=IN_TIME)
    assert offer_keys.read(key, now=IN_TIME)[1] is Outcome.TAKEN


def test_a_place_comes_alone_whatever_the_week_asks_but_never_with_what_it_excludes(town):
    week = '[[constraints]]\nname = "Semaine"\nservices = ["cantine"]\nleast = 3\n'
    law_of(WEEKLY, LIST, week)
    offers.accept(offered(town).pk, actor=None, now=IN_TIME)
    assert states(town.lea) == ["booked"]


def test_a_quiet_minute_costs_two_queries(town, django_assert_num_queries):
    with django_assert_num_queries(2):
        lists_over.pass_on(IN_TIME)
