"""The meals that the kitchen reads: a day, a week, on paper, in a spreadsheet; and who eats what."""

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portail.accounts.rights import Right, has_right
from portail.attendance.actions.kitchen import limit_of
from portail.attendance.models import USUAL, KitchenLine
from portail.attendance.queries import kitchen
from portail.attendance.queries.meals import NONE, Counts, ordered
from portail.core import journal
from portail.core.spreadsheets import csv_response, xlsx_response
from portail.core.templatetags.ui import in_words
from portail.desk import access

YEARS = range(2000, 2200)
"""Other years are a slip of the keyboard."""
HEADER = (
    "Date",
    "Lieu",
    "Prestation",
    "Pour",
    "Régime",
    "Repas",
    "dont allergies",
    "dont PAI",
    "Commandés",
    "Écart",
    "Commande",
)


@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """A day by place, service and diet, what changed since it was ordered, and what may still be done."""
    agent = access.require(request, Right.READ_MEALS)
    asked, today = _day_of(request), timezone.localdate()
    board = kitchen.board(asked)
    context = {
        "board": board,
        "today": today,
        "limit": board.order.limit_at if board.order else limit_of(asked, board.sessions),
        "now": timezone.now(),
        "may_order": has_right(agent, Right.ORDER_MEALS) and asked >= today,
        "reads_health": has_right(agent, Right.READ_HEALTH),
        **kitchen.meal_days(asked),
    }
    return render(request, "desk/kitchen/day.html", context)


@require_safe
def day_print(request: HttpRequest) -> HttpResponse:
    """The same day on one A4 sheet, without names."""
    access.require(request, Right.READ_MEALS)
    context = {"board": kitchen.board(_day_of(request)), "now": timezone.now()}
    return render(request, "desk/kitchen/print.html", context)


@require_safe
def week(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.READ_MEALS)
    monday = _monday_of(_day_of(request))
    context = {
        "week": kitchen.week(monday),
        "monday": monday,
        "last": monday + kitchen.A_WEEK,
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "today": timezone.localdate(),
    }
    return render(request, "desk/kitchen/week.html", context)


@require_safe
def children(request: HttpRequest) -> HttpResponse:
    """Who has a diet, an allergy, a PAI or a meal from home that day. Each reading is written in the journal."""
    agent = access.require(request, Right.READ_MEALS, Right.READ_HEALTH)
    asked, today = _day_of(request), timezone.localdate()
    found = kitchen.special_meals(asked)
    if found:
        journal.record(
            "kitchen.names_read",
            f"kitchen:{asked}",
            summary=f"Régimes et allergies des enfants lus pour le {in_words(asked, 'year')}",
            actor=agent,
            now=timezone.now(),
        )
    context = {"day": asked, "today": today, "bookings": found, **kitchen.meal_days(asked)}
    return render(request, "desk/kitchen/children.html", context)


@require_safe
def sheet(request: HttpRequest, sheet: str) -> HttpResponse:
    """The day, or the week with « periode=semaine », for a spreadsheet: what is needed beside what was ordered."""
    access.require(request, Right.READ_MEALS)
    answers = {"csv": csv_response, "xlsx": xlsx_response}
    if sheet not in answers:
        raise Http404
    first = last = _day_of(request)
    if request.GET.get("periode") == "semaine":
        first = _monday_of(first)
        last = first + kitchen.A_WEEK
    return answers[sheet](f"repas-{first}", HEADER, _rows(kitchen.between(first, last)))


def _rows(found: kitchen.Week) -> list[tuple[object, ...]]:
    """A line for each dish of each day; without an order, nothing is said of it."""
    eaters = KitchenLine.Eater
    rows: list[tuple[object, ...]] = []
    for of_day in found.days:
        asked: Counts = ordered(of_day.order) if of_day.order else {}
        for name in found.names(of_day, asked):
            need, was = of_day.need.get(name.dish, NONE), asked.get(name.dish, NONE)
            row = (of_day.day, name.place.name, name.service.name, eaters(name.dish.eater).label)
            counts = (need.count, need.allergies, need.pai)
            told = (was.count, need.count - was.count, of_day.order.number) if of_day.order else ("", "", "")
            rows.append((*row, name.dish.diet or USUAL, *counts, *told))
    return rows


def _day_of(request: HttpRequest) -> date:
    """The day that the address names; the next one that has a meal when it names none, or badly."""
    try:
        found = date.fromisoformat(request.GET.get("date", ""))
    except ValueError:
        found = date.min
    return found if found.year in YEARS else kitchen.next_meal_day(timezone.localdate())


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
