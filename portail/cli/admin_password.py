"""`portail admin-password`: an administrator who is locked out comes back in."""

from argparse import Namespace

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portail.accounts import keys
from portail.accounts.actions import staff
from portail.accounts.actions.passwords import set_password
from portail.accounts.models import Role, User
from portail.cli import guards
from portail.cli.console import Refused, ask_password, how, is_interactive, say
from portail.cli.init import check_password, read_password


def run(options: Namespace) -> int:
    guards.refuse_pending_migrations()
    user = _administrator(options.username)
    if options.link:
        return _give_link(user)
    if options.password_stdin:
        password = read_password(lambda typed: check_password(typed, user))
    elif is_interactive():
        password = ask_password(
            f"Nouveau mot de passe de {user.username}", check=lambda typed: check_password(typed, user)
        )
    else:
        raise Refused(
            "Donnez le mot de passe par --password-stdin, ou demandez un lien par --link.", status=2
        )
    _set(user, password)
    return 0


def _administrator(typed: str | None) -> User:
    """The one named, or the only one there is. Raises Refused, telling who there is."""
    administrators = list(User.objects.filter(role=Role.ADMINISTRATOR).order_by("username_key"))
    names = ", ".join(user.username for user in administrators)
    if not administrators:
        raise Refused(f"Il n'y a pas d'administrateur. Créez la commune : {how('init')}")
    if typed is None:
        if len(administrators) == 1:
            return administrators[0]
        raise Refused(f"Dites lequel : {names}.", status=2)
    user = User.objects.find(typed)
    if user not in administrators:
        raise Refused(f"« {typed} » n'est pas un administrateur. Il y a : {names}.")
    assert user is not None
    return user


def _set(user: User, password: str) -> None:
    now = timezone.now()
    try:
        with transaction.atomic():
            _reopen(user)
            set_password(user, password, now=now)
    except ValidationError as weak:
        raise Refused("Ce mot de passe ne convient pas. " + " ".join(weak.messages)) from weak
    say(f"Le mot de passe de {user.username} est changé, ses connexions ouvertes sont fermées.")


def _give_link(user: User) -> int:
    now = timezone.now()
    _reopen(user)
    key = keys.make(keys.Purpose.PASSWORD, user, now=now)
    hours = round(keys.validity(keys.Purpose.PASSWORD).total_seconds() / 3600)
    say(
        f"Lien à usage unique de {user.username}, valable {hours} heures :",
        f"{settings.PUBLIC_URL}{reverse('account_reset_password_from_key', args=[key])}",
    )
    return 0


def _reopen(user: User) -> None:
    """An account that was disabled, or invited and never opened, is opened: the one who hosts has decided."""
    now = timezone.now()
    with transaction.atomic():
        if not user.is_active:
            staff.enable(user, actor=user, now=now)
            user.refresh_from_db()
        if user.activated_at is None:
            user.activated_at = now
            user.save(update_fields=["activated_at"])
