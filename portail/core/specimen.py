"""The pages of /dev/specimen/: the components in believable screens, to look at and copy from."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portail.core import forms as plain

PAGES = (
    "composants",
    "public",
    "inscription",
    "accueil",
    "planning",
    "planning-tous",
    "recapitulatif",
    "recu",
    "compte",
    "dossier",
    "guichet",
    "foyer",
)
CHILDREN = ("Léa", "Noé", "Tous")
SERVICES = ("Garderie du matin", "Cantine", "Garderie du soir")
PRICES = (Decimal("1.10"), Decimal("4.37"), Decimal("1.60"))

DESK_ENTRIES = (
    ("Accueil", "home"),
    ("Familles", "users"),
    ("Demandes", "mail"),
    ("Listes du jour", "print"),
    ("Calendrier", "calendar"),
    ("Actualités", "news"),
    ("Offre", "school"),
    ("Réglages", "settings"),
)


class SpecimenForm(plain.Form):
    """One field of every kind."""

    last_name = forms.CharField(label="Nom", max_length=80)
    email = forms.EmailField(label="Adresse e-mail", help_text="Nous y envoyons le lien d'activation.")
    password = forms.CharField(
        label="Mot de passe",
        help_text="12 caractères au moins. Une suite de mots sans rapport est facile à retenir.",
        widget=plain.NewPasswordInput(min_length=12, own_fields=["id_last_name", "id_email"]),
    )
    school = forms.ChoiceField(label="École", choices=[("", "Choisir une école"), ("1", "École Jean-Moulin")])
    diet = forms.ChoiceField(
        label="Repas",
        choices=[("1", "Classique"), ("2", "Sans viande"), ("3", "Sans porc")],
        widget=forms.RadioSelect,
    )
    services = forms.MultipleChoiceField(
        label="Services souhaités",
        required=False,
        choices=list(enumerate(SERVICES)),
        widget=forms.CheckboxSelectMultiple,
        help_text="Vous pourrez en changer plus tard.",
    )
    note = forms.CharField(
        label="Message au service", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    proof = forms.FileField(label="Justificatif", required=False, help_text="Photo ou PDF, 10 Mo au plus.")
    mobile = forms.BooleanField(
        label="Activer l'ergonomie mobile",
        required=False,
        help_text="Le planning devient une liste de jours avec de grandes cases.",
    )
    terms = forms.BooleanField(label="J'accepte les conditions générales d'utilisation")


class AccountForm(plain.Form):
    """The first step of a sign-up, as an example."""

    last_name = forms.CharField(label="Nom")
    first_name = forms.CharField(label="Prénom")
    email = forms.EmailField(label="Adresse e-mail", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = forms.CharField(
        label="Mot de passe",
        help_text="12 caractères au moins.",
        widget=plain.NewPasswordInput(own_fields=["id_last_name", "id_first_name"]),
    )


class SignInForm(plain.Form):
    """The sign-in card of the public page, as an example."""

    login = forms.CharField(label="Nom d'utilisateur", help_text="Ou votre adresse e-mail.")
    password = forms.CharField(label="Mot de passe", widget=forms.PasswordInput)
    remember = forms.BooleanField(label="Se rappeler de moi", required=False)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def specimen(request: HttpRequest, name: str = "composants") -> HttpResponse:
    """One page of the specimen; `?erreurs=1` shows its form refused."""
    if name not in PAGES:
        raise Http404
    context: dict[str, Any] = {
        "specimens": PAGES,
        "user": SimpleNamespace(is_authenticated=name not in ("public", "inscription"), is_family=True),
        "today": timezone.localdate(),
        "now": timezone.now(),
        "list_layout": "liste" in request.GET,
        **CONTEXTS.get(name, _nothing)(request),
    }
    return render(request, f"core/dev/{name.replace('-', '_')}.html", context)


def _nothing(request: HttpRequest) -> dict[str, Any]:
    return {}


def _components(request: HttpRequest) -> dict[str, Any]:
    messages.success(request, "Vos coordonnées sont enregistrées.")
    refused = {"email": "maurice", "last_name": "", "password": "x"}
    return {
        "form": SpecimenForm(refused if "erreurs" in request.GET else None),
        "page": Paginator(range(200), 10).get_page(request.GET.get("page", 5)),
        "amounts": [Decimal("48.30"), Decimal("-12"), Decimal("1234.5")],
        "tabs": [("Léa", "#lea", True), ("Noé", "#noe", False), ("Tous", "#tous", False)],
        "trail": [("Accueil", "#"), ("Dossier", "#")],
    }


def _sign_up(request: HttpRequest) -> dict[str, Any]:
    refused = {"last_name": "Democivil", "first_name": "Maurice", "email": "maurice"}
    return {
        "form": AccountForm(refused if "erreurs" in request.GET else None),
        "steps": ["Mes informations", "Mes références dossier", "Récapitulatif"],
    }


def _public(request: HttpRequest) -> dict[str, Any]:
    return {
        "form": SignInForm(),
        "news": [
            (
                date(2026, 3, 1),
                "Quotient familial",
                "L'actualisation se fait en février. Sans justificatif, le tarif le plus fort s'applique.",
            ),
            (date(2026, 2, 20), "Fermeture en août", "L'accueil de loisirs sera fermé du 1er au 15 août."),
            (
                date(2026, 2, 2),
                "Délais de réservation",
                "Vous avez jusqu'au dimanche soir 21 h pour modifier la semaine à venir.",
            ),
        ],
    }


def _planning(request: HttpRequest) -> dict[str, Any]:
    return _month(["Léa"])


def _all_children(request: HttpRequest) -> dict[str, Any]:
    return _month(["Léa", "Noé"])


def _month(children: list[str]) -> dict[str, Any]:
    return {
        "children": children,
        "services": SERVICES,
        "columns": 1 + len(children) * len(SERVICES),
        "tabs": [(name, "#", name == (children[0] if len(children) == 1 else "Tous")) for name in CHILDREN],
        "weeks": [_week(number) for number in range(4)],
    }


def _week(number: int) -> dict[str, Any]:
    days = []
    for weekday in range(5):
        day = date(2026, 11, 30).toordinal() + number * 7 + weekday
        days.append(
            {
                "date": date.fromordinal(day),
                "today": number == 1 and weekday == 1,
                "slots": _slots(number, weekday),
            }
        )
    return {
        "number": number,
        "monday": days[0]["date"],
        "days": days,
        "past": number == 0,
        "open": number > 1,
    }


def _slots(number: int, weekday: int) -> list[dict[str, Any]]:
    if number == 3 and weekday > 2:
        return []
    found = []
    for index, (service, price) in enumerate(zip(SERVICES, PRICES, strict=True)):
        state = "open" if number > 1 else "late"
        if number == 2 and weekday == 3 and index == 1:
            state = "full"
        if index == 2 and weekday == 2:
            state = "none"
        booked = (weekday + index + number) % 3 == 0
        found.append(
            {
                "id": f"{number}{weekday}{index}",
                "service": service,
                "price": price,
                "state": state,
                "booked": booked,
            }
        )
    return found


def _account(request: HttpRequest) -> dict[str, Any]:
    return {"balance": Decimal("48.30"), "due": date(2026, 12, 15)}


def _desk(request: HttpRequest) -> dict[str, Any]:
    return {
        "may_search": True,
        "desk_menu": [(label, "#", icon, icon == "users") for label, icon in DESK_ENTRIES],
        "page": Paginator(range(200), 25).get_page(1),
        "when": datetime(2026, 12, 3, 21, tzinfo=timezone.get_current_timezone()),
    }


CONTEXTS: dict[str, Callable[[HttpRequest], dict[str, Any]]] = {
    "composants": _components,
    "public": _public,
    "inscription": _sign_up,
    "planning": _planning,
    "planning-tous": _all_children,
    "compte": _account,
    "guichet": _desk,
    "foyer": _desk,
}
