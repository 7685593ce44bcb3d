"""A password forgotten, chosen by a link, or set by the one who hosts."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from portail.accounts import keys, mails
from portail.accounts.actions.sessions import close_sessions
from portail.accounts.actions.signing_up import confirm
from portail.accounts.keys import Purpose
from portail.accounts.models import User
from portail.core import journal


def ask_password_link(typed: str, *, now: datetime) -> None:
    """Send a link to choose a new password (2 hours, once) to the account of this address or user name, if any.

    Whoever asks learns nothing. An invited agent who has none yet gets the invitation again.
    """
    with transaction.atomic():
        user = User.objects.find(typed)
        if user and user.is_active:
            send_link(user, actor=user, now=now)


def send_link(user: User, *, actor: User, now: datetime) -> None:
    """Inside a transaction: the mail with the link, and its journal line."""
    if user.is_staff and user.activated_at is None:
        user.activation_sent_at = now
        user.save(update_fields=["activation_sent_at"])
        mails.invitation(user, now=now)
    else:
        mails.password(user, now=now)
    summary = "Lien envoyé pour choisir un mot de passe"
    journal.record("account.password_link", user.journal_subject, summary=summary, actor=actor, now=now)


def choose_password(key: str, password: str, *, now: datetime) -> tuple[User, bool]:
    """Set the password that the holder of this link chose; every open session is closed.

    The link came to the address: an account not activated yet now is, which the second value says. Raises
    keys.LinkRefused, and ValidationError when the password breaks the rules of the commune.
    """
    with transaction.atomic():
        user = keys.read(key, Purpose.PASSWORD, Purpose.INVITATION, now=now, lock=True).user
        validate_password(password, user)
        is_first = user.activated_at is None
        if is_first:
            confirm(user, now)
        write_password(user, password, actor=user, now=now)
        close_sessions(user)
        return user, is_first


def set_password(user: User, password: str, *, now: datetime, actor: User | None = None) -> None:
    """Give this account a password, for the command of the one who hosts; open sessions are closed.

    Raises ValidationError when the password breaks the rules of the commune.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        validate_password(password, user)
        write_password(user, password, actor=actor, now=now)
        close_sessions(user)


def write_password(user: User, password: str, *, actor: User | None, now: datetime) -> None:
    """Inside a transaction that holds the row: the new password, the mail that says so, the journal line."""
    user.set_password(password)
    user.save(update_fields=["password"])
    mails.password_changed(user, now=now)
    summary = "Mot de passe changé"
    journal.record("account.password_changed", user.journal_subject, summary=summary, actor=actor, now=now)
