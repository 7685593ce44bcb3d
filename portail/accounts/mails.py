"""The mails that accounts cause. They name nobody in their subject and never hold a password."""

from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portail.accounts import keys
from portail.accounts.keys import Purpose
from portail.accounts.models import User
from portail.core import outbox


def activation(user: User, *, now: datetime) -> None:
    """The link that proves the address; `activation_sent_at` must have been saved as `now`."""
    _post(
        "activation", _("Activez votre compte sur le Portail Famille"), user, now, purpose=Purpose.ACTIVATION
    )


def invitation(user: User, *, now: datetime) -> None:
    """The link with which an agent chooses a first password."""
    _post("invitation", _("Votre accès au Portail Famille"), user, now, purpose=Purpose.INVITATION)


def password(user: User, *, now: datetime) -> None:
    _post("password", _("Choisissez un nouveau mot de passe"), user, now, purpose=Purpose.PASSWORD)


def password_changed(user: User, *, now: datetime) -> None:
    _post("password_changed", _("Votre mot de passe a été changé"), user, now)


def known_address(user: User, *, now: datetime) -> None:
    """Somebody wanted an account with an address that has one: its owner learns how to sign in."""
    _post("known_address", _("Vous avez déjà un compte sur le Portail Famille"), user, now)


def new_address(user: User, *, now: datetime) -> None:
    """Asks the new address to confirm itself, and tells the old one, which holds until then."""
    confirm = _("Confirmez votre nouvelle adresse e-mail")
    _post("address_confirm", confirm, user, now, to=user.new_email, purpose=Purpose.ADDRESS)
    _post("address_asked", _("Votre adresse de connexion va changer"), user, now)


def address_changed(user: User, old: str, *, now: datetime) -> None:
    _post("address_changed", _("Votre adresse de connexion a changé"), user, now, to=old)


def closed(user: User, *, now: datetime) -> None:
    _post("account_closed", _("Votre compte est fermé"), user, now)


def _post(
    template: str,
    subject: Promise,
    user: User,
    now: datetime,
    *,
    to: str = "",
    purpose: Purpose | None = None,
) -> None:
    context: dict[str, Any] = {"user": user}
    if purpose:
        context["key"] = keys.make(purpose, user, now=now)
        context["until"] = now + keys.validity(purpose)
    outbox.post(
        f"front/mail/{template}",
        to=to or user.email,
        subject=subject,
        context=context,
        now=now,
        about=user.journal_subject,
        language=user.language,
        urgent=True,
    )
