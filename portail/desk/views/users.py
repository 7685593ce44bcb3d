"""The accounts of the town hall: invited, given a role, disabled, sent a link."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from portail.accounts import actions
from portail.accounts.models import Role, User
from portail.accounts.rights import Right
from portail.attendance.actions.assignments import assign
from portail.desk import access, filters
from portail.desk.forms.users import InvitationForm, PlacesForm, RoleForm, written
from portail.desk.views.replies import edit_page, status_of

A_PAGE = 50
LAST_ADMINISTRATOR = (
    "C'est le dernier compte d'administration en service : sans lui, plus personne ne pourrait gérer les comptes. "
    "Donnez d'abord ce rôle à quelqu'un d'autre."
)


@require_http_methods(["GET", "HEAD", "POST"])
def users(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.MANAGE_USERS)
    if request.method == "POST":
        return filters.keep(request)
    asked = filters.asked(request)
    rows = User.objects.exclude(role=Role.FAMILY).order_by("-is_active", "last_name", "first_name", "pk")
    role, typed = asked.get("role", ""), asked.get("q", "").strip()
    if role in Role.values:
        rows = rows.filter(role=role)
    if typed:
        rows = rows.filter(
            Q(last_name__icontains=typed)
            | Q(first_name__icontains=typed)
            | Q(username__icontains=typed)
            | Q(email__icontains=typed)
        )
    context = {
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "roles": [(role.value, role.label) for role in Role if role is not Role.FAMILY],
        "role": role,
        "typed": typed,
    }
    return render(request, "desk/users/list.html", context)


@require_http_methods(["GET", "POST"])
def user_new(request: HttpRequest) -> HttpResponse:
    agent = access.require(request, Right.MANAGE_USERS)
    form = InvitationForm(request.POST or None)
    if form.is_valid():
        try:
            invited = actions.invite(**form.values(), actor=agent, now=timezone.now())
        except actions.AddressTaken:
            form.add_error(
                "email", "Un compte a déjà cette adresse : choisissez-en une autre, ou modifiez ce compte."
            )
        except actions.UsernameTaken:
            form.add_error("username", "Ce nom d'utilisateur est déjà pris : choisissez-en un autre.")
        else:
            messages.success(
                request, f"Une invitation est partie pour {invited} : son lien vaut trois jours."
            )
            return redirect("desk:users")
    return edit_page(
        request,
        form,
        title="Inviter un collègue",
        trail=[("Comptes de la mairie", reverse("desk:users"))],
        submit="Envoyer l'invitation",
    )


@require_http_methods(["GET", "POST"])
def user(request: HttpRequest, user_id: int) -> HttpResponse:
    """One account: its role to change, and what else can be done with it."""
    found = access.get_staff(request, user_id)
    form = RoleForm(request.POST or None, initial={"role": found.role})
    if form.is_valid():
        try:
            actions.change_role(
                found, form.cleaned_data["role"], actor=access.person(request), now=timezone.now()
            )
        except actions.LastAdministrator:
            form.add_error("role", LAST_ADMINISTRATOR)
        else:
            messages.success(request, f"Le rôle de {found} est enregistré.")
            return redirect("desk:users" if found != request.user else "desk:lists")
    context = {"form": form, "found": found, "is_self": found == request.user, "places": _places(found)}
    return render(request, "desk/users/user.html", context, status=status_of(form))


def _places(found: User) -> PlacesForm | None:
    """What a leader is given to keep; the other roles are given no place."""
    if found.role != Role.LEADER:
        return None
    return PlacesForm(initial={"places": written(found.assignments.all())})


@require_POST
def user_places(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give a leader its places and services."""
    found = access.get_staff(request, user_id)
    form = PlacesForm(request.POST)
    if not form.is_valid():
        messages.warning(
            request, "Un de ces lieux n'est plus proposé : la liste est à jour, cochez de nouveau."
        )
    elif assign(found, form.wanted(), actor=access.person(request), now=timezone.now()):
        messages.success(request, f"Les lieux confiés à {found} sont enregistrés.")
    else:
        messages.info(request, "Rien n'a changé.")
    return redirect("desk:user", found.pk)


@require_POST
def user_disable(request: HttpRequest, user_id: int) -> HttpResponse:
    found = access.get_staff(request, user_id)
    if found == request.user:
        messages.error(
            request, "Vous ne pouvez pas désactiver votre propre compte : demandez-le à un collègue."
        )
        return redirect("desk:user", found.pk)
    try:
        actions.disable(found, actor=access.person(request), now=timezone.now())
    except actions.LastAdministrator:
        messages.error(request, LAST_ADMINISTRATOR)
    else:
        messages.success(
            request, f"{found} ne peut plus se connecter, et ses sessions ouvertes sont fermées."
        )
    return redirect("desk:user", found.pk)


@require_POST
def user_enable(request: HttpRequest, user_id: int) -> HttpResponse:
    found = access.get_staff(request, user_id)
    actions.enable(found, actor=access.person(request), now=timezone.now())
    messages.success(request, f"{found} peut de nouveau se connecter, avec son mot de passe.")
    return redirect("desk:user", found.pk)


@require_POST
def user_password(request: HttpRequest, user_id: int) -> HttpResponse:
    """Send the link to choose a password, or the invitation again."""
    found = access.get_staff(request, user_id)
    if not found.is_active:
        messages.error(request, "Ce compte est désactivé : réactivez-le avant d'envoyer un lien.")
        return redirect("desk:user", found.pk)
    actions.send_password_link(found, actor=access.person(request), now=timezone.now())
    messages.success(request, f"Un lien pour choisir un mot de passe est parti pour {found}.")
    return redirect("desk:user", found.pk)
