"""The accounts of the town hall: invited, disabled, given a role. One administrator at least always remains."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from portail.accounts import mails
from portail.accounts.actions.passwords import send_link
from portail.accounts.actions.sessions import close_sessions
from portail.accounts.actions.signing_up import UsernameTaken
from portail.accounts.models import Role, User, username_key
from portail.accounts.queries import free_username
from portail.core import journal


class AddressTaken(Exception):
    """An account, of a family or of a colleague, has this address."""


class LastAdministrator(Exception):
    """Nobody would be left who can manage users and settings."""


def invite(
    *,
    email: str,
    first_name: str,
    last_name: str,
    role: str,
    actor: User | None,
    now: datetime,
    username: str = "",
) -> User:
    """Open an account of the town hall and mail the link to choose its password (3 days).

    Without `username` one is made of the names. Inviting the same waiting address again sends a new link and keeps
    the names and role given now. Raises AddressTaken, UsernameTaken.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().filter(email=email.strip().lower()).first()
        if user and (user.activated_at or user.is_family):
            raise AddressTaken
        user = user or User(email=email, created_at=now, username="")
        user.username = (
            _free(username, user) if username else user.username or free_username(first_name, last_name)
        )
        user.first_name, user.last_name, user.role = first_name, last_name, _staff_role(role)
        user.activation_sent_at, user.is_active = now, True
        if not user.password:
            user.set_unusable_password()
        user.save()
        mails.invitation(user, now=now)
        label = Role(role).label
        journal.record(
            "user.invited", user.journal_subject, summary=f"{user} invité ({label})", actor=actor, now=now
        )
        return user


def send_password_link(user: User, *, actor: User, now: datetime) -> None:
    """Mail somebody a link to choose a new password (2 hours), or the invitation again to who has none yet."""
    with transaction.atomic():
        send_link(User.objects.select_for_update().get(pk=user.pk), actor=actor, now=now)


def disable(user: User, *, actor: User, now: datetime) -> None:
    """Nobody signs in with this account any more, and where it is signed in is closed. Raises LastAdministrator."""
    with transaction.atomic():
        user = _locked(user)
        if not user.is_active:
            return
        _keep_an_administrator(user)
        user.is_active = False
        user.save(update_fields=["is_active"])
        close_sessions(user)
        journal.record(
            "user.disabled", user.journal_subject, summary=f"Compte de {user} désactivé", actor=actor, now=now
        )


def enable(user: User, *, actor: User, now: datetime) -> None:
    """The account signs in again, with the password it had."""
    with transaction.atomic():
        user = _locked(user)
        if user.is_active:
            return
        user.is_active = True
        user.save(update_fields=["is_active"])
        journal.record(
            "user.enabled", user.journal_subject, summary=f"Compte de {user} réactivé", actor=actor, now=now
        )


def change_role(user: User, role: str, *, actor: User, now: datetime) -> None:
    """Give a colleague another role of the town hall. Raises LastAdministrator; ValueError for a family's account."""
    with transaction.atomic():
        user = _locked(user)
        if user.is_family:
            raise ValueError("a family's account has no role at the town hall")
        if user.role == _staff_role(role):
            return
        _keep_an_administrator(user)
        before, user.role = user.role, role
        user.save(update_fields=["role"])
        journal.record(
            "user.role_changed",
            user.journal_subject,
            summary=f"{user} : rôle « {Role(before).label} » changé en « {Role(role).label} »",
            actor=actor,
            now=now,
            before={"role": before},
            after={"role": role},
        )


def create_administrator(
    *,
    username: str,
    email: str,
    password: str,
    now: datetime,
    first_name: str = "",
    last_name: str = "",
) -> User:
    """The first administrator, who can sign in at once. Raises ValidationError when a value does not do."""
    with transaction.atomic():
        user = User(
            username=username,
            email=email.strip().lower(),
            first_name=first_name,
            last_name=last_name,
            role=Role.ADMINISTRATOR,
            created_at=now,
            activated_at=now,
        )
        validate_password(password, user)
        user.set_password(password)
        user.username_key = username_key(username)
        user.full_clean()
        user.save()
        journal.record(
            "user.created", user.journal_subject, summary=f"{user} : compte d'administration créé", now=now
        )
        return user


def _free(username: str, user: User) -> str:
    if User.objects.filter(username_key=username_key(username)).exclude(pk=user.pk).exists():
        raise UsernameTaken
    return username


def _staff_role(role: str) -> str:
    if Role(role) is Role.FAMILY:
        raise ValueError("not a role of the town hall")
    return role


def _locked(user: User) -> User:
    """The row as it is now. The administrators' rows are locked with it, in one order, so that two who disable
    each other at the same moment do not both succeed."""
    rows = User.objects.select_for_update().order_by("pk")
    list(rows.filter(role=Role.ADMINISTRATOR))
    return rows.get(pk=user.pk)


def _keep_an_administrator(user: User) -> None:
    if user.role != Role.ADMINISTRATOR or not user.may_sign_in:
        return
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(activated_at=None)
    if not others.exclude(pk=user.pk).exists():
        raise LastAdministrator
