"""Surcharges, absences, quotient, meals, billing cycle, constraints, quotas and waiting lists made of tables."""

from __future__ import annotations

import re

from .absences import AbsenceRule
from .billing import BillingCycle
from .building import check_dates, check_limit, check_whole_limit, formula, scope, whole_limit
from .constraints import Constraint
from .limits import Limit
from .meals import MealRule
from .problems import Expected
from .quotas import Quota
from .quotients import QuotientRule
from .scopes import NUMBERS, TAGS, Scope
from .surcharges import Surcharge
from .tables import Values
from .waiting import COUNTED_BY, TOLD_BY, Criterion, Order, WaitingRule

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_AMOUNTS = ("fixed", "amount", "percent", "factor")


def check_surcharge(values: Values) -> None:
    check_dates(values)
    given = [key for key in _AMOUNTS if values[key] is not None]
    if len(given) != 1 and not (values["refused"] and not given):
        names = ", ".join(given) or "aucun"
        raise Expected(f"un seul de ces réglages est attendu : {', '.join(_AMOUNTS)} (reçu : {names})")


def surcharge(values: Values) -> Surcharge:
    return Surcharge(
        name=values["name"],
        trigger=values["trigger"],
        scope=scope(values),
        fixed=values["fixed"],
        amount=values["amount"],
        percent=values["percent"],
        factor=values["factor"],
        once=values["once"],
        slice_minutes=values["slice_minutes"],
        grace=values["grace"],
        from_count=values["from_count"],
        reset=values["reset"],
        most=values["at_most"],
        refused=values["refused"],
    )


def check_absence(values: Values) -> None:
    check_dates(values)
    if values["notice"]:
        check_limit(values["notice"])
    if values["proof_hours"] and not values["proof"]:
        raise Expected("le nom de la pièce à fournir est attendu (proof)", key="proof_hours")


def check_example(values: Values) -> None:
    """An absence and what each of its days leaves due go together."""
    if len(values["absent"]) != len(values["due"]):
        raise Expected("une part due par jour d'absence est attendue (absent, due)", key="due")
    if list(values["absent"]) != sorted(set(values["absent"])):
        raise Expected("les jours de l'absence sont attendus dans l'ordre", key="absent")


def absence(values: Values) -> AbsenceRule:
    return AbsenceRule(
        name=values["name"],
        scope=scope(values),
        outcome=values["outcome"],
        proof=values["proof"],
        proof_hours=values["proof_hours"],
        notice=Limit(**formula(values["notice"])) if values["notice"] else None,
        billed_days=frozenset(values["billed_days"]),
        billed_until=values["billed_until"],
        least=values["least"],
        least_kind=values["least_days"],
        kept=values["kept"],
    )


def check_quotient(values: Values) -> None:
    reminders = list(values["reminders"])
    if reminders and values["renewal"] is None:
        raise Expected("le jour de l'actualisation est attendu (renewal)", key="reminders")
    if None not in reminders and reminders != sorted(set(reminders), reverse=True):
        raise Expected("des nombres de jours qui vont décroissant sont attendus", key="reminders")


def quotient(values: Values) -> QuotientRule:
    return QuotientRule(
        kinds=values["kinds"],
        renewal=values["renewal"],
        valid_months=values["valid_months"],
        effect=values["effect"],
        missing=values["missing"],
        reminders=values["reminders"],
    )


def check_meals(values: Values) -> None:
    if len(set(values["diets"])) < len(values["diets"]):
        raise Expected("chaque régime ne doit figurer qu'une fois", key="diets")
    if values["email"] and not _EMAIL.fullmatch(values["email"]):
        raise Expected('une adresse est attendue, par exemple "cuisine@ma-commune.fr"', key="email")
    if values["order"]:
        _check_under("order", values["order"])


def _check_under(place: str, limit: Values) -> None:
    """A limit inside a group: what is wrong with it names its place."""
    try:
        check_whole_limit(limit)
    except Expected as expected:
        raise Expected(str(expected), key=f"{place}.{expected.key}" if expected.key else place) from None


def meals(values: Values) -> MealRule:
    order = values["order"] and Limit(**whole_limit(values["order"]))
    return MealRule(diets=values["diets"], order=order or None, email=values["email"])


def check_billing(values: Values) -> None:
    if values["series"] == values["credit_series"]:
        raise Expected(
            "les factures et les avoirs ont chacun leur série : une autre est attendue", key="credit_series"
        )
    if len(set(values["payment_modes"])) < len(values["payment_modes"]):
        raise Expected("chaque moyen de paiement ne doit figurer qu'une fois", key="payment_modes")
    reminders = list(values["reminders"])
    if None not in reminders and reminders != sorted(set(reminders)):
        raise Expected("des nombres de jours qui vont croissant sont attendus", key="reminders")


def billing(values: Values) -> BillingCycle:
    return BillingCycle(**{name: value for name, value in values.items() if name != "assumes"})


def check_constraint(values: Values) -> None:
    check_dates(values)
    least, most = values["least"], values["most"]
    if least and most and most < least:
        raise Expected(f"un nombre d'au moins {least} (least) est attendu", key="most")


def constraint(values: Values) -> Constraint:
    return Constraint(
        name=values["name"],
        scope=scope(values),
        per=values["per"],
        least=values["least"],
        least_with_holiday=values["least_with_holiday"],
        most=values["most"],
        counts=frozenset(values["counts"]),
        counted=values["counted"],
        whole=values["whole"],
        needs=frozenset(values["needs"]),
        excludes=frozenset(values["excludes"]),
        linked=frozenset(values["linked"]),
    )


def quota(values: Values) -> Quota:
    """Its scope has fewer settings than others: those that tell a child, whatever else is booked."""
    return Quota(name=values["name"], most=values["most"], scope=_scope(values))


def _scope(values: Values) -> Scope:
    """The scope of a table that has only some of its settings."""
    return scope(Values({**dict.fromkeys((*TAGS, *NUMBERS)), **values}))


def check_waiting(values: Values) -> None:
    check_dates(values)
    by_points = values["order"] is Order.POINTS
    if by_points and not values["criteria"]:
        raise Expected("au moins un critère est attendu, sous un titre [[waiting.criteria]]", key="order")
    if values["criteria"] and not by_points:
        raise Expected('les critères comptent des points : order = "points" est attendu', key="criteria")
    for index, criterion in enumerate(values["criteria"]):
        if criterion.sound and not any(criterion[key] for key in (*TOLD_BY, *COUNTED_BY)):
            raise Expected("il manque à qui ce critère donne ses points", key=f"criteria.{index}")


def waiting(values: Values) -> WaitingRule:
    return WaitingRule(
        name=values["name"],
        scope=_scope(values),
        sorted_by=values["order"],
        hours=values["valid_hours"],
        ends=values["ends"],
        most=values["most"],
        most_days=values["most_days"],
        criteria=tuple(Criterion(one["label"], one["points"], _scope(one)) for one in values["criteria"]),
    )
