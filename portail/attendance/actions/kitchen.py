"""What is done of the kitchen's meals: adults are counted, a day's order is closed, amended, sent.

An order is a record: closing freezes what was needed at that moment, an amendment is a new version with its reason, and
nothing is overwritten. Closing a day twice closes it once, whoever does it: an agent, the worker, or both at a time.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portail import rules
from portail.accounts.models import User
from portail.activities.models import Session
from portail.activities.queries import calendar, regulation
from portail.attendance.models import AdultMeals, KitchenLine, KitchenOrder
from portail.attendance.queries.meals import NONE, Counts, Dish, Meals, adult_meals, needs, served
from portail.core import journal, outbox
from portail.core.templatetags.ui import in_words

MAIL = "attendance/mail/kitchen_order"
HORIZON = timedelta(days=45)
"""How far ahead the worker looks for orders to close."""


class NothingServed(Exception):
    """No open session serves a meal that day: there is nothing to order."""


class DayGone(Exception):
    """The day is over: its order can neither be closed nor amended any more."""


class AmendedMeanwhile(Exception):
    """A colleague amended the order since it was shown. `latest`: what is in force."""

    def __init__(self, latest: KitchenOrder) -> None:
        super().__init__(latest.number)
        self.latest = latest


def set_adult_meals(
    session: Session, counts: Mapping[str, int], *, actor: User, now: datetime
) -> dict[str, int]:
    """Say how many adults eat in this session, by diet ("": usual). The same counts twice change nothing.

    Returns what changed: diet → new count. Raises DayGone.
    """
    if session.date < timezone.localdate(now):
        raise DayGone
    with transaction.atomic():
        session = Session.objects.locked([session.pk]).get()
        known = adult_meals(session)
        changed = {diet: count for diet, count in counts.items() if known.get(diet, 0) != count}
        for diet, count in changed.items():
            AdultMeals.objects.update_or_create(session=session, diet=diet, defaults={"count": count})
        if changed:
            journal.record(
                "kitchen.adults",
                f"session:{session.pk}",
                summary=f"Repas d'adultes le {in_words(session.date)}",
                actor=actor,
                now=now,
                before={"meals": sum(known.values())},
                after={"meals": sum((known | changed).values())},
            )
    return changed


def close_order(day: date, *, actor: User | None, now: datetime) -> KitchenOrder:
    """Freeze what the kitchen must prepare for this day, as it is needed now, and send it. Closed already: that order.

    Without an actor it was closed by the limit of the regulation. Raises NothingServed, DayGone.
    """
    first = KitchenOrder.objects.filter(day=day, version=1).first()
    if first is not None:
        return first
    _refuse_gone(day, now)
    sessions = list(served(day, day))
    if not sessions:
        raise NothingServed
    order = KitchenOrder(day=day, version=1, limit_at=limit_of(day, sessions))
    try:
        with transaction.atomic():
            _keep(order, needs(day, day).get(day, {}), actor=actor, now=now)
    except IntegrityError:  # somebody closed it at this very moment
        return KitchenOrder.objects.get(day=day, version=1)
    return order


def amend_order(
    order: KitchenOrder,
    counts: Mapping[Dish, int],
    *,
    reason: str,
    token: UUID,
    actor: User,
    now: datetime,
) -> KitchenOrder:
    """A new version of a day's order with these numbers of meals (zero: none). The same token is the same amendment.

    Allergies and PAI are those of what is needed now. Raises ValidationError without a reason, AmendedMeanwhile when
    `order` is not the version in force, DayGone.
    """
    if not reason.strip():
        raise ValidationError(
            {"reason": "Dites pourquoi la commande change, par exemple « sortie annulée »."}
        )
    _refuse_gone(order.day, now)
    with transaction.atomic():
        KitchenOrder.objects.select_for_update().get(
            day=order.day, version=1
        )  # one amendment after the other
        done = KitchenOrder.objects.filter(token=token).first()
        if done is not None:
            return done
        latest = KitchenOrder.objects.get(day=order.day, replaced_by=None)
        if latest.pk != order.pk:
            raise AmendedMeanwhile(latest)
        amended = KitchenOrder(
            day=order.day,
            version=latest.version + 1,
            replaces=latest,
            reason=reason.strip(),
            token=token,
            limit_at=latest.limit_at,
        )
        need = needs(order.day, order.day).get(order.day, {})
        _keep(amended, _with_care(counts, need), actor=actor, now=now)
    return amended


def _refuse_gone(day: date, now: datetime) -> None:
    if day < timezone.localdate(now):
        raise DayGone


def _with_care(counts: Mapping[Dish, int], need: Counts) -> dict[Dish, Meals]:
    """These numbers of meals, with the allergies and PAI of those who are expected, never more than the meals."""
    found = {}
    for dish, count in counts.items():
        now = need.get(dish, NONE)
        if count:
            found[dish] = Meals(count, min(count, now.allergies), min(count, now.pai))
    return found


def limit_of(
    day: date,
    sessions: Iterable[Session],
    in_force: rules.Regulation | None = None,
    days: rules.Calendar | None = None,
) -> datetime | None:
    """When this day's order closes by itself, for the sessions that serve a meal; None when the rules do not say."""
    in_force = in_force or regulation()
    hours = {(session.service.code, session.service.starts_at) for session in sessions}
    cutoff = in_force.meals.cutoff(day, days or calendar(in_force), sorted(hours))
    return None if cutoff is None else cutoff.at


def close_due(*, now: datetime) -> None:
    """The periodic job: close the orders whose limit has come. A day that is over is left as it is."""
    in_force = regulation()
    if in_force.meals.order is None:
        return
    today = timezone.localdate(now)
    by_day: dict[date, list[Session]] = {}
    for session in served(today, today + HORIZON):
        by_day.setdefault(session.date, []).append(session)
    closed = KitchenOrder.objects.filter(day__in=by_day).values_list("day", flat=True)
    days = calendar(in_force)
    for day in sorted(set(by_day) - set(closed)):
        limit = limit_of(day, by_day[day], in_force, days)
        if limit is not None and limit <= now:
            close_order(day, actor=None, now=now)


def _keep(order: KitchenOrder, counts: Counts, *, actor: User | None, now: datetime) -> None:
    """Write an order and its lines, its line in the journal, its mail to the kitchen."""
    order.created_at, order.created_by, order.author_label = now, actor, str(actor or "")
    order.sent_to = regulation().meals.email
    order.save()
    KitchenLine.objects.bulk_create([_line(order, dish, meals) for dish, meals in sorted(counts.items())])
    total = sum(meals.count for dish, meals in counts.items() if dish.is_cooked)
    journal.record(
        "kitchen.amended" if order.replaces_id else "kitchen.ordered",
        order.journal_subject,
        summary=f"Repas du {in_words(order.day)} : commande {order.number}, {total} repas",
        actor=actor,
        now=now,
        after={"number": order.number, "meals": total, "reason": order.reason},
    )
    if order.sent_to:
        _send(order, total, now=now)


def _line(order: KitchenOrder, dish: Dish, meals: Meals) -> KitchenLine:
    return KitchenLine(
        order=order,
        place_id=dish.place,
        service_id=dish.service,
        eater=dish.eater,
        diet=dish.diet,
        count=meals.count,
        allergies=meals.allergies,
        pai=meals.pai,
    )


def _send(order: KitchenOrder, total: int, *, now: datetime) -> None:
    lines = order.lines.select_related("place", "service").order_by(
        "place__name", "service__position", "service__name", "eater", "diet"
    )
    outbox.post(
        MAIL,
        to=order.sent_to,
        subject=f"Repas du {in_words(order.day)} : commande {order.number}",
        context={"order": order, "lines": list(lines), "total": total},
        now=now,
        about=order.journal_subject,
    )
