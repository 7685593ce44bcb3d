"""The rule of a limit in words: « les réservations de la semaine du 7 décembre se modifient jusqu'au … »."""

from __future__ import annotations

from datetime import date, timedelta

from .limits import HOURLY, Anchor, Limit, When, span
from .sentences import DAY_MINUTES, Sentence, Step, say


def reason(limit: Limit, verb: str, day: date, steps: tuple[Step, ...] = ()) -> Sentence:
    """By which rule the limit for a service on this day is what it is; `verb` is an action or "both"."""
    chosen = limit.chosen(day)
    told = say(
        "reason",
        subject=_subject(limit, chosen, day),
        verb=say(f"reason.verb.{verb}"),
        limit=_limit(chosen),
    )
    moved = next((s for s in steps if s.code == "step.shift"), None)
    if moved is None:
        return told
    return say("reason.shifted", reason=told, why=moved["why"], day=moved["result"])


def _subject(limit: Limit, chosen: Limit, day: date) -> Sentence:
    for start, end, _ in limit.dates:
        if start <= day <= end:
            return say("subject.dates", start=start, end=end)
    if chosen is not limit and chosen not in limit.several:
        return say("subject.weekday", weekday=day.weekday())
    if chosen.several:
        return _subject(chosen, chosen.several[0], day) if _same_anchor(chosen) else say("subject.day")
    if chosen.when.anchor is Anchor.WEEK:
        return say("subject.week", week=day - timedelta(days=day.weekday()))
    return say(f"subject.{chosen.when.anchor}")


def _limit(limit: Limit) -> Sentence:
    """The rule of a limit: « jusqu'à la veille, à 12 h »; of several, each of them."""
    if limit.several:
        told = _limit(limit.several[0])
        for other in limit.several[1:]:
            told = say("rule.and", first=told, second=_limit(other))
        return say("rule.latest" if limit.latest else "rule.earliest", limits=told)
    if limit.when.unit in HOURLY:
        return _limit_day(limit.when)
    minutes = limit.minutes()
    strict = not limit.inclusive and minutes != DAY_MINUTES
    return say("rule.at.strict" if strict else "rule.at", day=_limit_day(limit.when), hour=minutes)


def _same_anchor(limit: Limit) -> bool:
    return len({one.when.anchor for one in limit.several}) == 1


def _nth(when: When, weekday: int, nth: int) -> Sentence:
    """« jusqu'au deuxième mardi du mois qui précède »."""
    if when.anchor is Anchor.MONTH and when.before == 1 and when.unit == "months":
        return say("rule.nth.previous", weekday=weekday, nth=nth)
    if when.before:
        return say("rule.nth.back", weekday=weekday, nth=nth, span=span(when))
    return say("rule.nth", weekday=weekday, nth=nth)


def _limit_day(when: When) -> Sentence:
    """« jusqu'à la veille », « jusqu'au dimanche qui précède », « jusqu'à trois semaines avant … »."""
    if when.on is not None:
        return say("rule.on", result=when.on)
    a_day_before = when.before == 1 and when.unit == "days"
    if when.month_day is not None:
        if when.before and not a_day_before:
            return say("rule.month_day.back", number=when.month_day, span=span(when))
        return say("rule.month_day", number=when.month_day)
    if when.weekday is not None and when.nth is not None:
        return _nth(when, when.weekday, when.nth)
    if when.weekday is not None:
        if when.anchor is Anchor.MONTH and a_day_before:
            return say("rule.snap.month", weekday=when.weekday)
        if when.before and not a_day_before:
            return say("rule.snap.back", weekday=when.weekday, span=span(when))
        if not when.before and when.anchor is Anchor.DAY:
            return say("rule.snap.same", weekday=when.weekday)
        if not when.before and when.anchor is Anchor.WEEK and when.weekday == 0:
            return say("rule.same.week")
        return say("rule.snap", weekday=when.weekday)
    if not when.before:
        return say(f"rule.same.{when.anchor}")
    if when.anchor is Anchor.DAY:
        return say("rule.eve") if a_day_before else say("rule.back", span=span(when))
    return say(f"rule.back.{when.anchor}", span=span(when))
