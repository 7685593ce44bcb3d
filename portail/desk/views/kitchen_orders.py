"""The orders of the kitchen: closing a day's, amending it with a reason, reading what was asked; the adults who eat."""

from datetime import date
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portail.accounts.rights import Right, has_right
from portail.attendance.actions import kitchen as actions
from portail.attendance.models import KitchenOrder
from portail.attendance.queries import kitchen
from portail.attendance.queries.meals import adult_meals
from portail.core.forms import written
from portail.core.templatetags.ui import in_words
from portail.desk import access
from portail.desk.forms.kitchen import AdultMealsForm, AmendForm, initial_meals
from portail.desk.views.replies import confirmation, edit_page, is_confirmed

PER_PAGE = 40
GONE = "Ce jour est passé : sa commande ne change plus."


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Freeze the order of a day before its limit, or without one."""
    agent = access.require(request, Right.ORDER_MEALS)
    day = _posted_day(request)
    if day is None:
        messages.info(request, "Choisissez d'abord le jour à commander.")
        return redirect("desk:kitchen")
    if not is_confirmed(request):
        return confirmation(
            request,
            title=f"Arrêter la commande du {in_words(day)} ?",
            text="Les repas sont comptés maintenant et la commande reçoit son numéro. Ce qui change ensuite se lit "
            "comme un écart ; la commande peut encore être modifiée, avec un motif.",
            confirm="Arrêter la commande",
            back=day_url(day),
            danger=False,
            hidden={"date": str(day)},
        )
    try:
        order = actions.close_order(day, actor=agent, now=timezone.now())
    except actions.NothingServed:
        messages.warning(request, "Aucun repas n'est servi ce jour-là : il n'y a rien à commander.")
    except actions.DayGone:
        messages.warning(request, GONE)
    else:
        messages.success(request, f"La commande {order.number} est arrêtée.{_sent(order)}")
    return redirect(day_url(day))


@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """The record: every order and amendment, the last days first."""
    access.require(request, Right.READ_MEALS)
    page = Paginator(kitchen.all_orders(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/kitchen/orders.html", {"page": page})


@require_safe
def order(request: HttpRequest, order_id: int) -> HttpResponse:
    """An order as it was asked for, whatever changed since."""
    found = access.get_kitchen_order(request, order_id)
    context = {
        "order": found,
        "lines": kitchen.lines(found),
        "total": kitchen.cooked(found),
        "next": KitchenOrder.objects.filter(replaces=found).first(),
        "may_order": has_right(access.person(request), Right.ORDER_MEALS)
        and found.day >= timezone.localdate(),
    }
    return render(request, "desk/kitchen/order.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: HttpRequest, order_id: int) -> HttpResponse:
    """Other numbers for an order, with a reason: a new version; it starts from what is needed now."""
    found = access.get_kitchen_order(request, order_id, Right.ORDER_MEALS)
    latest = KitchenOrder.objects.get(day=found.day, replaced_by=None)
    if latest.pk != found.pk and request.method != "POST":
        messages.info(request, f"La commande {latest.number} a remplacé celle-ci : la voici.")
        return redirect("desk:kitchen_amend", latest.pk)
    board = kitchen.board(found.day)
    dishes = kitchen.dishes_of(board)
    need = {dish: meals.count for dish, meals in board.need.items()}
    form = AmendForm(
        request.POST or None,
        dishes=dishes,
        names=kitchen.names_of(board),
        initial=initial_meals(dishes, need),
    )
    if form.is_valid() and (done := _amended(request, found, form)):
        return done
    return edit_page(
        request,
        form,
        title=f"Modifier la commande du {in_words(found.day)}",
        trail=[("Cuisine", reverse("desk:kitchen")), (in_words(found.day), day_url(found.day))],
        submit="Enregistrer la nouvelle version",
        template="desk/kitchen/amend.html",
        board=board,
        order=found,
    )


def _amended(request: HttpRequest, found: KitchenOrder, form: AmendForm) -> HttpResponse | None:
    """Where to go once it is written; None when the form says what stopped it."""
    values = form.cleaned_data
    try:
        made = written(
            form,
            lambda: actions.amend_order(
                found,
                form.counts(),
                reason=values["reason"],
                token=values["token"],
                actor=access.person(request),
                now=timezone.now(),
            ),
        )
    except actions.AmendedMeanwhile as other:
        form.add_error(
            None,
            f"Un collègue a enregistré la commande {other.latest.number} entre-temps. Ouvrez le jour pour la lire, "
            "puis modifiez-la.",
        )
        return None
    except actions.DayGone:
        messages.warning(request, GONE)
        return redirect(day_url(found.day))
    if not made:
        return None
    messages.success(request, f"La commande {made.number} remplace {found.number}.{_sent(made)}")
    return redirect(day_url(found.day))


@require_http_methods(["GET", "HEAD", "POST"])
def adults(request: HttpRequest, session_id: int) -> HttpResponse:
    """How many adults eat in a session."""
    session = access.get_meal_session(request, session_id)
    known = adult_meals(session)
    diets = kitchen.adult_diets(known)
    initial = {f"adults{n}": known[diet] for n, diet in enumerate(diets) if known.get(diet)}
    form = AdultMealsForm(request.POST or None, diets=diets, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.set_adult_meals(
                session, form.counts(), actor=access.person(request), now=timezone.now()
            )
        except actions.DayGone:
            messages.warning(request, GONE)
        else:
            told = "Les repas d'adultes sont enregistrés." if changed else "Rien n'avait changé."
            messages.success(request, told)
        return redirect(day_url(session.date))
    title = f"Repas d'adultes : {session.service.name}, {session.place.name}"
    trail = [("Cuisine", reverse("desk:kitchen")), (in_words(session.date), day_url(session.date))]
    return edit_page(request, form, title=title, trail=trail)


def day_url(day: date) -> str:
    return f"{reverse('desk:kitchen')}?{urlencode({'date': day.isoformat()})}"


def _posted_day(request: HttpRequest) -> date | None:
    field = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    try:
        found: date | None = field.clean(request.POST.get("date", ""))
    except forms.ValidationError:
        return None
    return found


def _sent(order: KitchenOrder) -> str:
    return " Un courriel part à la cuisine." if order.sent_to else ""
