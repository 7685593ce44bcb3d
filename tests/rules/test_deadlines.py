"""Decisions: the order of the answers, places, scopes, and properties that hold whatever the rule."""

import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portail.rules import (
    DAY_MINUTES,
    Action,
    Anchor,
    Calendar,
    CalendarUnknown,
    DeadlineRule,
    Effect,
    Entry,
    EntryKind,
    Limit,
    OpeningRule,
    Refusal,
    Scope,
    SessionFacts,
    Tier,
    Unit,
    When,
    decide_many,
    default_entries,
    know,
    may_book,
    may_cancel,
    modifiable,
    rule_for,
)
from portail.rules.limits import HOURLY

PARIS = ZoneInfo("Europe/Paris")
CALENDAR = Calendar(entries=(), known_until=date(2030, 12, 31))
SUNDAY = DeadlineRule(When(Anchor.WEEK, weekday=6), at=21 * 60)
THURSDAY = date(2026, 12, 10)
CUTOFF = datetime(2026, 12, 6, 21, tzinfo=PARIS)
BEFORE, AFTER = CUTOFF - timedelta(hours=1), CUTOFF + timedelta(hours=1)


def session(**facts) -> SessionFacts:
    return SessionFacts(**({"service": "cantine", "date": THURSDAY} | facts))


def test_the_decision_says_until_when_and_why():
    decision = may_book(session(capacity=10, taken=3), SUNDAY, CALENDAR, now=BEFORE)
    assert decision.is_allowed
    assert (decision.until, decision.deadline) == (CUTOFF, CUTOFF)
    assert decision.reason.fr() == (
        "les réservations de la semaine du 7 décembre se modifient jusqu'au dimanche qui précède, à 21 h"
    )
    assert [step.fr() for step in decision.because] == [
        "semaine du jour réservé, qui commence le lundi 7 décembre 2026",
        "le dimanche à cette date ou avant : dimanche 6 décembre 2026",
        "à 21 h, heure comprise",
    ]


def test_the_last_place_is_free_and_the_next_is_not():
    assert may_book(session(capacity=10, taken=9), SUNDAY, CALENDAR, now=BEFORE).is_allowed
    full = may_book(session(capacity=10, taken=10), SUNDAY, CALENDAR, now=BEFORE)
    assert (full.refusal, full.until) == (Refusal.FULL, CUTOFF)
    assert full.sentence().fr() == "Complet : 10 places prises sur 10"
    assert full.because[-1].fr() == "places prises : 10 sur 10"


def test_a_session_without_any_place_is_told_apart():
    told = may_book(session(capacity=0), SUNDAY, CALENDAR, now=BEFORE).sentence().fr()
    assert told == "Aucune place n'est ouverte ce jour-là"


def test_a_full_session_can_be_cancelled():
    assert may_cancel(session(capacity=10, taken=10), SUNDAY, CALENDAR, now=BEFORE).is_allowed


def test_too_late_wins_over_full():
    late = may_book(session(capacity=1, taken=1), SUNDAY, CALENDAR, now=AFTER)
    assert (late.refusal, late.until, late.deadline) == (Refusal.TOO_LATE, None, CUTOFF)


def test_closed_by_its_own_reason_wins_over_too_late_and_can_still_be_cancelled():
    shut = session(closed="Grève")
    assert may_book(shut, SUNDAY, CALENDAR, now=AFTER).sentence().fr() == "Fermé : Grève"
    assert may_cancel(shut, SUNDAY, CALENDAR, now=BEFORE).is_allowed


def test_a_closure_narrowed_to_other_services_does_not_close_this_one():
    entry = Entry(EntryKind.CLOSURE, THURSDAY, THURSDAY, "Travaux", ("loisirs",))
    calendar = Calendar((entry,), date(2030, 12, 31))
    assert may_book(session(), SUNDAY, calendar, now=BEFORE).is_allowed
    assert may_book(session(service="loisirs"), SUNDAY, calendar, now=BEFORE).refusal is Refusal.CLOSED


def test_a_year_that_is_not_open_waits():
    waiting = may_book(session(year_open=False), SUNDAY, CALENDAR, now=BEFORE)
    assert (waiting.refusal, waiting.sentence().fr()) == (
        Refusal.NOT_OPEN,
        "En attente de l'ouverture de l'année scolaire",
    )


def test_before_its_opening_a_day_says_when_it_opens():
    opening = OpeningRule(When(on=date(2026, 12, 7)), at=8 * 60)
    decision = may_book(session(), (), CALENDAR, now=BEFORE, openings=[opening])
    opens = datetime(2026, 12, 7, 8, tzinfo=PARIS)
    assert (decision.refusal, decision.until) == (Refusal.NOT_OPEN, opens)
    assert may_book(session(), (), CALENDAR, now=opens, openings=[opening]).is_allowed


def test_the_opening_that_names_the_service_wins():
    openings = [
        OpeningRule(When(on=date(2026, 1, 1))),
        OpeningRule(When(on=date(2026, 12, 8)), scope=Scope(("cantine",))),
    ]
    assert may_book(session(), (), CALENDAR, now=BEFORE, openings=openings).refusal is Refusal.NOT_OPEN
    assert may_book(session(service="étude"), (), CALENDAR, now=BEFORE, openings=openings).is_allowed


def test_a_past_day_can_neither_be_booked_nor_cancelled():
    now = datetime(2026, 12, 11, 0, 0, tzinfo=PARIS)
    assert may_book(session(), (), CALENDAR, now=now).refusal is Refusal.PAST
    assert may_cancel(session(), (), CALENDAR, now=now).refusal is Refusal.PAST


@pytest.mark.parametrize(("minute", "allowed"), [(29, True), (30, False)])
def test_without_rule_the_beginning_of_the_service_is_the_limit(minute, allowed):
    now = datetime(2026, 12, 10, 7, minute, tzinfo=PARIS)
    decision = may_book(session(start=clock(7, 30)), (), CALENDAR, now=now)
    assert decision.is_allowed is allowed
    assert decision.sentence().fr() == (
        "Réservable sans date limite" if allowed else "L'accueil a commencé à 7 h 30"
    )


def test_without_rule_nor_hour_the_day_itself_is_the_limit():
    now = datetime(2026, 12, 10, 23, 59, tzinfo=PARIS)
    assert may_book(session(), (), CALENDAR, now=now).is_allowed


def test_instants_are_compared_not_wall_clocks():
    """On the night the clock goes back, 2:10 happens twice: a limit at 2:30 holds until the second one."""
    rule = DeadlineRule(When(), at=150)
    asked = session(date=date(2026, 10, 25))
    for now, allowed in [
        ("00:10", True),
        ("00:45", True),
        ("01:10", True),
        ("01:30", True),
        ("01:31", False),
    ]:
        moment = datetime.fromisoformat(f"2026-10-25T{now}:00+00:00")
        for zone in (UTC, PARIS):
            decision = may_book(asked, rule, CALENDAR, now=moment.astimezone(zone))
            assert decision.is_allowed is allowed, (now, zone)


def test_a_naive_moment_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="aware"):
        may_book(session(), SUNDAY, CALENDAR, now=datetime(2026, 12, 1))  # noqa: DTZ001


def test_past_the_last_year_known_nothing_is_guessed():
    with pytest.raises(CalendarUnknown):
        may_book(session(date=date(2031, 1, 2)), SUNDAY, CALENDAR, now=BEFORE)


@pytest.mark.parametrize(("late", "refusal"), [(0, None), (1, None), (2, Refusal.QUOTA), (3, Refusal.QUOTA)])
def test_late_requests_are_counted(late, refusal):
    tier = Tier(Effect.SURCHARGE, label="une majoration", quota=2)
    rule = DeadlineRule(When(Anchor.WEEK, weekday=6), at=21 * 60, tiers=(tier,))
    asked = [(Action.BOOK, session(late=n, start=clock(12))) for n in (0, late)]
    first, decision = decide_many(asked, rule, CALENDAR, now=AFTER)
    assert (first.refusal, first.effect) == (None, Effect.SURCHARGE)
    assert decision.refusal is refusal
    if refusal:
        assert decision.sentence().fr() == (
            "La date limite était dimanche 6 décembre à 21 h, et les 2 demandes tardives permises sont déjà faites"
        )
    else:
        assert decision.sentence().fr() == "Réservable avant le jeudi 10 décembre à 12 h, avec une majoration"
        assert decision.until == datetime(2026, 12, 10, 12, tzinfo=PARIS)


def test_a_refusal_tells_what_a_reason_would_change():
    tier = Tier(
        Effect.FREE,
        Limit(at=9 * 60),
        scope=Scope(tags=(("reason", frozenset({"maladie"})),)),
        proof="certificat",
    )
    rule = DeadlineRule(When(before=2), actions=frozenset({Action.CANCEL}), tiers=(tier,))
    now = datetime(2026, 12, 9, 12, tzinfo=PARIS)
    refused = may_cancel(session(), rule, CALENDAR, now=now)
    assert refused.refusal is Refusal.TOO_LATE
    assert [told.fr() for told in refused.unless] == [
        "Encore possible jusqu'au jeudi 10 décembre à 9 h sur justificatif : certificat"
    ]
    allowed = may_cancel(session(known=know(reason="maladie")), rule, CALENDAR, now=now)
    assert (allowed.refusal, allowed.unless) == (None, ())


def test_a_limit_that_cannot_be_found_sends_to_the_service_instead_of_failing():
    lost = DeadlineRule(When(Anchor.SCHOOL_PERIOD, before=2))
    decision = may_book(session(), lost, CALENDAR, now=BEFORE)
    assert decision.refusal is Refusal.AGENT
    assert (
        decision.sentence().fr()
        == "La limite de ce jour ne peut pas être calculée : adressez-vous au service"
    )
    assert decision.because[0].fr() == "Aucunes vacances ne sont connues avant le jeudi 10 décembre 2026."


def test_other_overseas_hours_are_local():
    reunion = Calendar((), date(2030, 12, 31), time_zone="Indian/Reunion")
    cutoff = SUNDAY.cutoff(THURSDAY, reunion).at
    assert cutoff.astimezone(UTC) == datetime(2026, 12, 6, 17, tzinfo=UTC)


def test_the_rule_that_names_the_service_wins_within_its_dates():
    general = DeadlineRule(When(before=1))
    special = DeadlineRule(When(before=5), scope=Scope(("cantine",), date(2027, 1, 1), date(2027, 6, 30)))
    rules = [general, special]
    found = [
        rule_for(rules, Action.BOOK, "cantine", day)
        for day in (date(2026, 12, 31), date(2027, 1, 1), date(2027, 6, 30), date(2027, 7, 1))
    ]
    assert found == [general, special, special, general]
    assert rule_for(rules, Action.BOOK, "étude", date(2027, 2, 1)) == general


def test_one_rule_for_one_action_leaves_the_other_free():
    booking = DeadlineRule(When(before=2), actions=frozenset({Action.BOOK}))
    told, reasons = modifiable("cantine", THURSDAY, [booking], CALENDAR)
    assert told.fr() == "Réservable jusqu'au mardi 8 décembre à minuit"
    assert [r.fr() for r in reasons] == [
        "les réservations d'un jour se font jusqu'à deux jours avant, à minuit"
    ]
    assert may_cancel(session(), [booking], CALENDAR, now=AFTER + timedelta(days=3)).is_allowed
    assert modifiable("cantine", THURSDAY, [], CALENDAR)[0].fr() == "Modifiable sans date limite"


KNOWN = Calendar(tuple(default_entries("B", "67", range(2024, 2031))), date(2030, 12, 31))
whens = st.builds(
    When,
    anchor=st.sampled_from([Anchor.DAY, Anchor.WEEK, Anchor.MONTH, Anchor.SCHOOL_PERIOD, Anchor.SCHOOL_YEAR]),
    before=st.integers(0, 30),
    unit=st.sampled_from(sorted(set(Unit) - HOURLY)),
    weekday=st.none() | st.integers(0, 6),
)
rules = st.builds(
    DeadlineRule, when=whens, at=st.none() | st.integers(0, DAY_MINUTES), inclusive=st.booleans()
)
days = st.dates(date(2026, 1, 1), date(2028, 8, 31))
quick = settings(deadline=None, max_examples=200)


@given(rules, days, days)
@quick
def test_a_later_day_never_closes_earlier(rule, one, other):
    first, second = sorted((one, other))
    assert rule.cutoff(first, KNOWN).at <= rule.cutoff(second, KNOWN).at


@given(rules, days)
@quick
def test_a_cutoff_shows_the_clock_of_the_rule(rule, day):
    """Whatever the season: the hour on the wall is that of the rule, and 24:00 is the next day at zero."""
    at = rule.cutoff(day, KNOWN).at
    minutes = rule.at if rule.at is not None else DAY_MINUTES if rule.inclusive else 0
    if not 120 <= minutes < 180:  # the hour that a change of clock skips or repeats
        assert at.hour * 60 + at.minute == minutes % DAY_MINUTES
    limit = at.date() - timedelta(days=minutes == DAY_MINUTES)
    assert limit <= day
    assert rule.when.weekday in (None, limit.weekday())


@given(rules, days, st.timedeltas(timedelta(days=-3), timedelta(days=3)))
@quick
def test_what_is_said_is_what_is_decided(rule, day, distance):
    """The decision, its deadline and its sentence agree at any moment around the limit."""
    cutoff = rule.cutoff(day, KNOWN)
    now = cutoff.at.astimezone(UTC) + distance
    decision = may_cancel(session(date=day), rule, KNOWN, now=now)
    if decision.refusal is Refusal.PAST:
        assert now.astimezone(PARIS).date() > day
        return
    assert decision.is_allowed is not cutoff.is_past(now)
    assert decision.deadline == cutoff.at
    assert decision.sentence()["limit" if decision.is_allowed else "moment"]
    assert (
        decision.sentence().fr().startswith("Annulable " if decision.is_allowed else "La date limite était ")
    )
    assert decision.because == cutoff.steps


@given(rules, days)
@quick
def test_the_answer_changes_at_until_and_only_there(rule, day):
    cutoff = rule.cutoff(day, KNOWN)
    moment = timedelta(microseconds=1)
    at = cutoff.at.astimezone(UTC)
    assert not cutoff.is_past(at - moment)
    assert cutoff.is_past(at) is not cutoff.inclusive
    assert cutoff.is_past(at + moment)


@given(rules, days)
@quick
def test_deciding_together_or_alone_is_the_same(rule, day):
    questions = [
        (action, session(date=day + timedelta(days=n), capacity=2, taken=n % 3))
        for action in (Action.BOOK, Action.CANCEL)
        for n in range(7)
    ]
    now = datetime.combine(day, clock(12), tzinfo=PARIS)
    together = decide_many(questions, [rule], KNOWN, now=now)
    alone = [
        (may_book if action is Action.BOOK else may_cancel)(asked, rule, KNOWN, now=now)
        for action, asked in questions
    ]
    assert together == alone


def month() -> list[tuple[Action, SessionFacts]]:
    start = date(2026, 12, 1)
    return [
        (action, SessionFacts(service, start + timedelta(days=n), clock(12), 30, child * 10))
        for child, action in enumerate([Action.BOOK, Action.CANCEL, Action.BOOK])
        for service in ("cantine", "matin", "soir", "mercredi")
        for n in range(31)
    ]


def test_a_month_of_three_children_and_four_services_takes_less_than_five_milliseconds():
    assert min(_seconds(month()) for _ in range(7)) < 0.005


def _seconds(questions: list[tuple[Action, SessionFacts]]) -> float:
    calendar = Calendar(
        tuple(
            Entry(EntryKind.CLOSURE, date(2026, 1, 1) + timedelta(days=n), date(2026, 1, 3), "x", ("autre",))
            for n in range(2)
        ),
        date(2030, 12, 31),
    )
    began = time.process_time()
    decisions = decide_many(questions, [SUNDAY], calendar, now=BEFORE)
    told = [(d.sentence().fr(), d.reason.fr()) for d in decisions]
    assert len(told) == 372
    return time.process_time() - began
