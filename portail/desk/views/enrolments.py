"""What a child is enrolled in, year by year."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portail.bookings.actions import enrolments as actions
from portail.core.forms import written
from portail.core.text import de
from portail.desk import access
from portail.desk.forms.enrolments import EnrolForm, EnrolmentForm
from portail.desk.views import block
from portail.families.queries import school_year_of

BLOCK = "enfants"


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, household_id: int, child_id: int) -> HttpResponse:
    link = access.get_child_link(request, household_id, child_id)
    form = EnrolForm(request.POST or None, initial={"school_year": school_year_of(timezone.localdate())})
    if form.is_valid():
        values = form.cleaned_data
        activity, place = values["offer"]
        enrolment = written(
            form,
            lambda: actions.enrol(
                link.child,
                activity,
                values["school_year"],
                place,
                since=values["since"],
                until=values["until"],
                actor=access.require(request),
                now=timezone.now(),
            ),
        )
        if enrolment:
            told = f"{link.child.first_name} est inscrit à l'activité « {activity} », {place}."
            return block.done(request, link.household, BLOCK, told=told)
    title = f"Inscrire {link.child.first_name}"
    return block.form_page(request, link.household, form, block=BLOCK, title=title, submit="Inscrire")


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, household_id: int, enrolment_id: int) -> HttpResponse:
    link, enrolment = access.get_enrolment(request, household_id, enrolment_id)
    form = EnrolmentForm(request.POST or None, instance=enrolment)
    if form.is_valid():
        try:
            merged = form.saved(
                lambda: actions.edit_enrolment(
                    enrolment,
                    form.values(),
                    seen=form.cleaned_data["seen"],
                    actor=access.require(request),
                    now=timezone.now(),
                )
            )
        except actions.StillBooked as booked:
            form.add_error(
                None,
                f"{_many(booked.coming)} à venir ne tiendrai{'en' if booked.coming > 1 else ''}t plus dans cette "
                "inscription : annulez d'abord ces jours dans le planning, ou choisissez d'autres dates.",
            )
        else:
            if merged:
                return block.done(
                    request, link.household, BLOCK, told="L'inscription est enregistrée.", merged=merged
                )
    return block.form_page(
        request,
        link.household,
        form,
        block=BLOCK,
        title=f"{link.child.first_name} · {enrolment}",
        template="desk/households/enrolment.html",
        enrolment=enrolment,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, household_id: int, enrolment_id: int) -> HttpResponse:
    link, enrolment = access.get_enrolment(request, household_id, enrolment_id)
    if request.method != "POST":
        return block.confirm_page(
            request,
            link.household,
            block=BLOCK,
            title=f"Retirer l'inscription {de(link.child.first_name)} ?",
            text=f"{enrolment}, {enrolment.place}. La famille ne pourra plus réserver cette activité.",
            confirm="Retirer l'inscription",
        )
    try:
        actions.remove_enrolment(enrolment, actor=access.require(request), now=timezone.now())
    except actions.StillBooked as booked:
        what = f"{_many(booked.coming)} à venir" if booked.coming else f"{_many(booked.past)}"
        messages.warning(
            request,
            f"Cette inscription porte {what} : elle doit rester. Annulez les jours à venir dans le planning, "
            "puis mettez-lui une date de fin.",
        )
        return redirect(block.address(link.household, BLOCK))
    return block.done(request, link.household, BLOCK, told="L'inscription est retirée.")


def _many(count: int) -> str:
    return f"{count} réservation{'s' if count > 1 else ''}"
