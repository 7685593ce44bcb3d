"""Answers for machines: documented, stable JSON values (docs/rules/commande.md)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from .absences import Away, absence
from .calendars import Calendar
from .deadlines import Action
from .decisions import Decision, SessionFacts, decide_many
from .pricing import Price, price
from .regulation import Regulation
from .scopes import Known
from .sentences import FRENCH, Sentence, say


def deadline(
    regulation: Regulation,
    calendar: Calendar,
    *,
    service: str,
    day: date,
    now: datetime,
    action: Action = Action.BOOK,
    known: Known = (),
) -> dict[str, Any]:
    """Whether an action is allowed now on a service of this day, until when, and why.

    Keys: `allowed`, `until` (ISO 8601 with offset, the rule's moment whether past or not; null without limit),
    `sentence` (the answer and its rule), `reason`, `refusal`, `effect`, `unless`, `steps`.
    """
    described = calendar.service(service)
    session = SessionFacts(service, day, described.start if described else None, known=known)
    [decision] = decide_many(
        [(action, session)], regulation.deadlines, calendar, now=now, openings=regulation.openings
    )
    return _decision(decision)


def _whole(decision: Decision) -> Sentence:
    """What is decided, then by which rule, unless they say the same."""
    if decision.reason == decision.told:
        return decision.told
    return say("told", told=decision.told, reason=decision.reason)


def _decision(decision: Decision) -> dict[str, Any]:
    moment = decision.until or decision.deadline
    return {
        "allowed": decision.is_allowed,
        "until": moment.isoformat() if moment else None,
        "sentence": _whole(decision).fr(),
        "reason": decision.reason.fr(),
        "refusal": decision.refusal.value if decision.refusal else None,
        "effect": decision.effect.value,
        "unless": [sentence.fr() for sentence in decision.unless],
        "steps": [step.as_json() for step in decision.because],
    }


def amount(regulation: Regulation, *, service: str, day: date, known: Known = ()) -> dict[str, Any]:
    """What a service costs on a day. Raises PriceUnknown.

    Keys: `amount` (text with two decimals), `components` (`part`, `label`, `amount`), `sentence`, `steps`.
    """
    return price_json(price(regulation.tariffs, service, day, known))


def price_json(found: Price) -> dict[str, Any]:
    return {
        "amount": f"{found.amount:.2f}",
        "components": [
            {"part": c.part.value, "label": c.label, "amount": f"{c.amount:.2f}"} for c in found.components
        ],
        "sentence": found.sentence().fr(),
        "steps": [step.as_json() for step in found.steps],
    }


def absent(regulation: Regulation, calendar: Calendar, away: Away) -> dict[str, Any]:
    """What each day of an absence costs.

    Keys: `days` (`day`, `due`: the share of the price that stays due, `outcome`, `sentence`), `sentence`, `steps`.
    """
    days = [
        {
            "day": day.day.isoformat(),
            "due": f"{day.due.normalize():f}",
            "outcome": day.outcome.value if day.outcome else None,
            "sentence": day.reason.fr(),
        }
        for day in absence(regulation.absences, away, calendar)
    ]
    steps = [
        {"text": f"{FRENCH.day(date.fromisoformat(str(day['day'])))} : {day['sentence']}"} for day in days
    ]
    return {"days": days, "sentence": days[-1]["sentence"], "steps": steps}
