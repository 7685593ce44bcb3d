"""What days cost: on the planning, in the recap, on the receipt; and what the rules say of who asks."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portail.activities.models import Regulation
from portail.bookings import queries
from portail.bookings.actions import ReasonNeeded, RecapChanged, check
from portail.bookings.models import Booking, ReceiptLine
from portail.bookings.queries.prices import unknown_told
from portail.bookings.queries.receipts import RECEIPT_MAIL
from portail.bookings.standing import State, said
from portail.bookings.templatetags.prices import difference_notes, difference_told, price_of, price_reasons
from portail.core.models import OutboxMail
from portail.families.models import HouseholdChild
from portail.rules import say
from tests import factories as make
from tests.bookings.sayings import IN_TIME, MONDAY, PARIS, TOO_LATE, add, change, remove, session, week

pytestmark = pytest.mark.django_db
HEAD = 'format = 1\n[commune]\nname = "Valmont"\nzone = "B"\n'
WEEKLY = '[[deadlines]]\nanchor = "week"\nweekday = "dimanche"\nat = "21:00"\n'
MEAL = """
[[tariffs]]
name = "Repas"
services = ["cantine"]
part = "meal"
columns = [{ residences = ["commune"] }, { residences = ["extérieur"] }]
bands = [{ max = 700, prices = [1.50, 3.00] }, { prices = [3.20, 6.00] }]
adjust = [{ label = "Deuxième enfant", rank = { min = 2 }, percent = -50 }]
[[tariffs]]
name = "Temps du midi"
services = ["cantine"]
adds = true
price = 0.80
"""
SIBLINGS = """
[[tariffs]]
name = "Repas"
services = ["cantine"]
price = 4.00
adjust = [{ label = "Deux enfants le même jour", present = { min = 2 }, amount = -1.00 }]
"""
PACKAGE = '[[tariffs]]\nname = "Forfait du mois"\nservices = ["cantine"]\nunit = "month"\nprice = 45\n'
HOURLY = '[[tariffs]]\nname = "Garderie"\nservices = ["cantine"]\nprice = 1\nunit = "time"\nstep = 30\n'
LATE = (
    WEEKLY + 'then = [{ effect = "surcharge", label = "une majoration de 50 %", before = 1, at = "10:00" }]\n'
)
HALF_MORE = '[[surcharges]]\nname = "Réservation tardive"\ntrigger = "late-booking"\npercent = 50\n'
DECEMBER = date(2026, 12, 1)
AFTER = datetime(2026, 12, 7, 9, tzinfo=PARIS)
"""Monday morning, too late for the week; Tuesday may still be booked with a surcharge."""


def law_of(*parts):
    Regulation.objects.create(
        version=Regulation.objects.count() + 1, text=HEAD + "".join(parts), applied_at=make.NOW
    )


@pytest.fixture
def town(cast):
    """Alice lives in the commune, with a quotient of 742; Bob outside, without any."""
    for who, residence in ((cast.alice, "commune"), (cast.bob, "extérieur")):
        who.household.residence = residence
        who.household.save()
    make.QuotientFactory(household=cast.alice.household)
    cast.noe.birth_date = date(2020, 1, 1)
    cast.noe.save()
    return cast


def december(who, child, *, now=IN_TIME, as_service=False):
    links = HouseholdChild.objects.filter(household=who.household, child=child).select_related(
        "child", "household"
    )
    return queries.month(list(links), DECEMBER, queries.law(now, as_service=as_service))


def prices(month):
    return [cell.price for cell in month.cells]


def ask(who, wishes, *, now=IN_TIME, **more):
    return check(who.household, wishes, actor=who.user, now=now, **more)


# --- the planning
def test_each_day_has_the_price_of_the_household_that_looks(town):
    law_of(WEEKLY, MEAL)
    week(town)
    assert prices(december(town.alice, town.lea)) == [Decimal("4.00")] * 4
    assert prices(december(town.alice, town.noe)) == [Decimal("2.40")] * 4, "second child: half the meal"
    assert prices(december(town.bob, town.lea)) == [Decimal("6.80")] * 4, "no proof: the highest of outside"


def test_without_tariffs_no_price_is_spoken_of(town):
    law_of(WEEKLY)
    week(town)
    month = december(town.alice, town.lea)
    assert (prices(month), month.unpriced) == ([None] * 4, ())
    recap = ask(town.alice, add(town.lea, session(town, MONDAY + timedelta(days=7))))
    assert (recap.difference, recap.added[0].cost, price_of(recap.added[0])) == (None, None, "")


def test_a_price_that_waits_is_told_and_never_guessed(town):
    law_of(WEEKLY, HOURLY)
    monday, *_ = week(town)
    month = december(town.alice, town.lea)
    told = "Le prix sera connu après l'accueil : il dépend de « durée en minutes »"
    assert prices(month) == [None] * 4
    assert [(service, said(why)) for service, why in month.unpriced] == [("Cantine", told)]
    recap = ask(town.alice, add(town.lea, monday))
    assert price_of(recap.added[0]) == "prix à venir"
    assert [reason.unknown for reason in price_reasons(recap.added)] == [told]
    assert difference_notes(recap.difference) == ["Sans compter un prix qui sera connu plus tard"]
    line = change(town.alice, add(town.lea, monday)).lines.get()
    assert (line.price, price_of(line)) == (None, "prix à venir")
    assert [reason.unknown for reason in price_reasons([line])] == [told]


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        (
            say("price.no_column", name="Repas", needed="résidence"),
            "Le prix sera connu quand votre dossier sera complété : il dépend de « résidence »",
        ),
        (say("price.not_published"), "Le prix n'est pas encore fixé : le service vous le dira"),
    ],
)
def test_why_a_price_waits(missing, told):
    assert said(unknown_told(missing)) == told


def test_a_month_with_prices_takes_ten_queries_at_most(town, django_assert_num_queries):
    """Three of the ten are the session, the account and the commune; the family's facts take one."""
    law_of(WEEKLY, MEAL)
    week(town)
    links = list(
        HouseholdChild.objects.filter(child=town.lea, household=town.alice.household).select_related(
            "child", "household"
        )
    )
    with django_assert_num_queries(6):
        queries.month(links, DECEMBER, queries.law(IN_TIME))


# --- the recap
def test_the_recap_tells_each_price_the_difference_and_why(town):
    law_of(WEEKLY, MEAL)
    monday, tuesday, thursday, _ = week(town)
    make.BookingFactory(child=town.noe, session=tuesday, household=town.alice.household)
    recap = ask(town.alice, add(town.lea, monday, thursday) + remove(town.noe, tuesday))
    assert [price_of(c).replace("\xa0", " ") for c in recap.changes] == ["+ 4,00 €", "+ 4,00 €", "− 2,40 €"]
    assert difference_told(recap.difference).replace("\xa0", " ") == "+ 5,60 €"
    assert difference_notes(recap.difference) == []
    lea, noe = price_reasons(recap.changes)
    assert (lea.label, lea.steps[0]) == ("Léa · Cantine", "quotient 742, tranche au-delà de 700 : 3,20 €")
    assert "Deuxième enfant (− 1,60 €) : 1,60 €" in noe.steps
    assert lea.steps[-1].startswith("quotient 742 (caf), valable depuis le mardi 10 février 2026")


def test_a_price_that_depends_on_the_basket_is_that_of_the_basket_to_be(town):
    law_of(WEEKLY, SIBLINGS)
    monday, tuesday, *_ = week(town)
    make.BookingFactory(child=town.noe, session=monday, household=town.alice.household)
    month = december(town.alice, town.lea)
    assert prices(month) == [3, 4, 4, 4]
    assert month.prices_may_move
    recap = ask(town.alice, add(town.lea, monday, tuesday))
    assert [c.cost.amount for c in recap.added] == [3, 4]
    assert (recap.difference.others, recap.difference.total) == (-1, 6), "Noé's own day becomes cheaper"
    (note,) = difference_notes(recap.difference)
    assert note.replace("\xa0", " ") == "Le prix d'autres jours déjà réservés change : − 1,00 €"
    receipt = change(town.alice, add(town.lea, monday, tuesday))
    assert receipt.difference == 6


def test_a_package_is_told_once_and_no_day_pretends_to_be_free(town):
    law_of(WEEKLY, PACKAGE)
    monday, tuesday, *_ = week(town)
    month = december(town.alice, town.lea)
    assert [(cell.price, cell.in_package) for cell in month.cells] == [(None, True)] * 4
    recap = ask(town.alice, add(town.lea, monday, tuesday))
    assert (recap.difference.total, recap.difference.packages) == (45, (("Forfait du mois", Decimal(45)),))
    change(town.alice, add(town.lea, monday, tuesday))
    assert ask(town.alice, remove(town.lea, tuesday)).difference.total == 0
    assert ask(town.alice, remove(town.lea, monday, tuesday)).difference.total == -45


# --- the receipt
def test_the_receipt_keeps_the_price_and_its_reason_whatever_comes(town):
    law_of(WEEKLY, MEAL)
    monday, *_ = week(town)
    receipt = change(town.alice, add(town.lea, monday))
    law_of(WEEKLY, MEAL.replace("3.20", "9.99"))
    line = ReceiptLine.objects.get(receipt=receipt)
    assert (line.price, receipt.difference) == (Decimal("4.00"), Decimal("4.00"))
    assert line.explanation["parts"] == [["meal", "Repas", "3.20"], ["care", "Temps du midi", "0.80"]]
    (reason,) = price_reasons([line])
    assert reason.steps[0] == "quotient 742, tranche au-delà de 700 : 3,20 €"
    (text,) = OutboxMail.objects.filter(kind=RECEIPT_MAIL).values_list("text", flat=True)
    assert "Cantine : + 4,00 €" in text.replace("\xa0", " ")
    assert "quotient 742, tranche au-delà de 700 : 3,20 €" in text


def test_another_price_than_the_one_shown_is_not_written(town):
    law_of(WEEKLY, MEAL)
    monday, *_ = week(town)
    shown = ask(town.alice, add(town.lea, monday)).price
    make.QuotientFactory(
        household=town.alice.household,
        value=Decimal(500),
        proved_on=date(2026, 11, 30),
        received_on=date(2026, 11, 30),
    )
    with pytest.raises(RecapChanged) as refused:
        change(town.alice, add(town.lea, monday), price=shown)
    assert not Booking.objects.exists()
    change(town.alice, add(town.lea, monday), price=refused.value.recap.price)


# --- who asks
def test_a_deadline_of_some_holds_for_them_alone(town):
    outside = '[[deadlines]]\nresidences = ["extérieur"]\nanchor = "week"\nbefore = 2\nunit = "weeks"\n'
    law_of(WEEKLY, outside)
    monday, *_ = week(town)
    assert december(town.alice, town.lea).cells[0].standing.state is State.FREE
    closed = december(town.bob, town.lea)
    assert closed.cells[0].standing.state is State.TOO_LATE
    assert said(closed.weeks[0].limits[0].told) == "La date limite était lundi 23 novembre à minuit"
    assert ask(town.alice, add(town.lea, monday)).is_as_wished
    assert ask(town.bob, add(town.lea, monday)).changes == ()
    with pytest.raises(RecapChanged):
        change(town.bob, add(town.lea, monday))


def test_a_deadline_of_the_portal_is_not_that_of_the_desk(town):
    law_of(WEEKLY, '[[deadlines]]\nchannels = ["guichet"]\nbefore = 1\nat = "10:00"\n')
    _, tuesday, *_ = week(town)
    assert ask(town.alice, add(town.lea, tuesday), now=TOO_LATE).changes == ()
    recap = ask(town.alice, add(town.lea, tuesday), now=TOO_LATE, as_service=True)
    assert (recap.is_as_wished, recap.needs_reason) == (True, False)


def test_a_late_booking_with_a_surcharge_is_told_and_charged(town):
    law_of(LATE, HALF_MORE, MEAL)
    tuesday = week(town)[1]
    cell = next(c for c in december(town.alice, town.lea, now=AFTER).cells if c.session_id == tuesday.pk)
    assert (cell.standing.has_surcharge, cell.price) == (True, Decimal("6.00"))
    (added,) = ask(town.alice, add(town.lea, tuesday), now=AFTER).added
    assert added.cost.amount == Decimal("6.00")
    assert said(added.conditions).startswith("Après la date limite, avec une majoration de 50 %. ")
    line = change(town.alice, add(town.lea, tuesday), now=AFTER).lines.get()
    assert (line.is_late, line.price) == (True, Decimal("6.00"))
    assert line.conditions.startswith("Après la date limite, avec une majoration de 50 %. ")
    assert line.explanation["parts"][-1] == ["penalty", "Réservation tardive", "2.00"]


def test_the_head_of_the_week_says_the_surcharge(town):
    law_of(LATE)
    session(town, MONDAY + timedelta(days=1))
    (limit,) = december(town.alice, town.lea, now=AFTER).weeks[0].limits
    assert said(limit.told) == "Réservable jusqu'au lundi 7 décembre à 10 h, avec une majoration de 50 %"
    assert not limit.is_past


def test_late_acts_are_counted_in_the_basket_and_after(town):
    law_of(WEEKLY + 'then = [{ effect = "free", quota = 1, per = "month" }]\n')
    _, tuesday, thursday, _ = week(town)
    recap = ask(town.alice, add(town.lea, tuesday, thursday), now=AFTER)
    assert [c.session for c in recap.added] == [tuesday]
    (refused,) = recap.refused
    assert "1 demandes tardives permises sont déjà faites" in said(refused.standing.why)
    change(town.alice, add(town.lea, tuesday), now=AFTER)
    assert ask(town.alice, add(town.lea, thursday), now=AFTER).changes == ()
    states = {c.session_id: c.standing.state for c in december(town.alice, town.lea, now=AFTER).cells}
    assert states[thursday.pk] is State.TOO_LATE
    assert ask(town.alice, add(town.noe, thursday), now=AFTER).is_as_wished, "each child has its own"


def test_a_proof_that_lifts_the_deadline_is_told(town):
    law_of(WEEKLY + 'then = [{ effect = "free", reasons = ["maladie"], proof = "certificat médical" }]\n')
    _, tuesday, *_ = week(town)
    (refused,) = ask(town.alice, add(town.lea, tuesday), now=AFTER).refused
    (unless,) = refused.standing.unless
    assert "sur justificatif : certificat médical" in said(unless)


def test_a_limit_counted_from_the_first_day_booked_together(town):
    law_of('[[deadlines]]\nanchor = "booking"\nbefore = 7\n')
    monday = session(town, date(2026, 12, 7))
    next_week = session(town, date(2026, 12, 14))
    assert ask(town.alice, add(town.lea, next_week), now=IN_TIME).is_as_wished
    assert ask(town.alice, add(town.lea, monday, next_week), now=IN_TIME).changes == ()
    change(town.alice, add(town.lea, monday, next_week), now=datetime(2026, 11, 20, 12, tzinfo=PARIS))
    assert ask(town.alice, remove(town.lea, next_week), now=IN_TIME).changes == (), "the stay has begun"
    assert december(town.alice, town.lea).shown == ()


def test_what_is_removed_from_a_full_day_may_not_come_back(town):
    law_of(WEEKLY)
    full, free = session(town, capacity=1), session(town, MONDAY + timedelta(days=1), capacity=2)
    for lesson in (full, free):
        make.BookingFactory(child=town.lea, session=lesson, household=town.alice.household)
    told = [said(c.conditions) for c in ask(town.alice, remove(town.lea, full, free)).removed]
    sunday = "Réservable jusqu'au dimanche 6 décembre à 21 h"
    assert told == [sunday + ", s'il reste de la place", sunday]


# --- what a basket must respect
LEAST = '[[constraints]]\nname = "Deux jours par semaine"\nservices = ["cantine"]\nleast = 2\n'
NEEDS = '[[constraints]]\nname = "Goûter"\nservices = ["gouter"]\nneeds = ["cantine"]\n'


def test_too_few_days_are_refused_with_the_rule(town):
    law_of(WEEKLY, LEAST)
    monday, tuesday, *_ = week(town)
    recap = ask(town.alice, add(town.lea, monday))
    assert recap.changes == ()
    (refused,) = recap.refused
    assert (refused.standing.state, said(refused.standing.why)) == (
        State.UNMET,
        "Deux jours par semaine, semaine du 7 décembre : 2 jours au moins, 1 choisi(s)",
    )
    with pytest.raises(RecapChanged):
        change(town.alice, add(town.lea, monday))
    change(town.alice, add(town.lea, monday, tuesday))
    assert ask(town.alice, remove(town.lea, monday)).changes == ()
    assert ask(town.alice, remove(town.lea, monday, tuesday)).is_as_wished, "none at all is allowed"


def test_another_week_or_child_is_not_held_responsible(town):
    law_of(WEEKLY, LEAST)
    monday, *_ = week(town)
    later = [session(town, MONDAY + timedelta(days=n)) for n in (7, 8)]
    recap = ask(town.alice, add(town.lea, monday, *later) + add(town.noe, *later))
    assert [c.session for c in recap.added] == [later[0], later[1]] * 2
    assert [c.session for c in recap.refused] == [monday]


def test_a_service_that_goes_with_another_is_named_in_words(town):
    law_of(WEEKLY, NEEDS)
    snack = make.ServiceFactory(
        activity=town.canteen.activity,
        code="gouter",
        name="Goûter du soir",
        starts_at=time(16),
        ends_at=time(17),
    )
    lesson = make.SessionFactory(service=snack, place=town.offer.place, date=MONDAY)
    lunch = session(town)
    (refused,) = ask(town.alice, add(town.lea, lesson)).refused
    assert (
        said(refused.standing.why) == "Goûter, lundi 7 décembre : « Goûter du soir » demande aussi : Cantine"
    )
    change(town.alice, add(town.lea, lesson, lunch))
    assert ask(town.alice, remove(town.lea, lunch)).changes == ()


def test_the_service_may_pass_the_rule_with_a_reason(town):
    law_of(WEEKLY, LEAST)
    monday, *_ = week(town)
    recap = ask(town.alice, add(town.lea, monday), as_service=True)
    assert (recap.is_as_wished, recap.needs_reason) == (True, True)
    with pytest.raises(ReasonNeeded):
        change(town.alice, add(town.lea, monday), as_service=True)
    change(town.alice, add(town.lea, monday), as_service=True, reason="Accord du maire")


# --- whatever the wishes: the recap, the writing and the prices say the same
wishes = st.lists(
    st.tuples(st.sampled_from(["lea", "noe"]), st.integers(0, 3), st.booleans()), min_size=1, max_size=8
)


@given(
    first=wishes,
    second=wishes,
    kind=st.sampled_from([MEAL, SIBLINGS, PACKAGE, MEAL + LEAST, SIBLINGS + LEAST]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_the_price_told_is_the_price_of_what_is_written(town, first, second, kind):
    with transaction.atomic():
        law_of(WEEKLY, kind)
        days = week(town)
        for asked in (first, second):
            before = whole_price(town)
            wanted = [
                w for child, n, on in asked for w in (add if on else remove)(getattr(town, child), days[n])
            ]
            recap = ask(town.alice, wanted)
            possible = [c.wish for c in recap.changes]
            if not possible:
                continue
            again = ask(town.alice, possible)
            assert again.is_as_wished
            assert again.price == recap.price
            receipt = change(town.alice, possible, price=recap.price)
            told = {c.wish: c.cost.amount for c in recap.changes}
            written = {
                (x.booking.child_id, x.booking.session_id, x.change == "added"): x.price
                for x in receipt.lines.all()
            }
            assert written == {(w.child_id, w.session_id, w.wanted): amount for w, amount in told.items()}
            assert receipt.difference == recap.difference.total == whole_price(town) - before
        transaction.set_rollback(True)


def whole_price(town):
    """What all that Alice's children have in December costs, worked out anew."""
    law = queries.law(IN_TIME)
    last = date(2026, 12, 31)
    facts = queries.knowledge(
        [town.alice.household], DECEMBER, last, regulation=law.regulation, with_baskets=True
    )
    found = queries.Prices(law.regulation, law.calendar, facts, channel=law.channel)
    household = town.alice.household.pk
    whole = (date(2026, 11, 30), date(2027, 1, 3))
    return found.basket(household, facts.basket(household), complete=whole).bill.total
