"""What one does to one's own account."""

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction

from portail.accounts import keys, mails
from portail.accounts.actions.passwords import write_password
from portail.accounts.actions.sessions import close_sessions
from portail.accounts.actions.signing_up import remove
from portail.accounts.keys import LinkRefused, Purpose, Why
from portail.accounts.models import Role, TermsAcceptance, User
from portail.core import journal


def change_password(user: User, password: str, *, keep: str | None, now: datetime) -> User:
    """Set one's new password; every other session is closed, the one of key `keep` stays.

    Returns the account as saved. Raises ValidationError when the password breaks the rules of the commune.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        validate_password(password, user)
        write_password(user, password, actor=user, now=now)
        close_sessions(user, keep=keep)
        return user


def ask_new_address(user: User, email: str, *, now: datetime) -> None:
    """Ask the new address to confirm itself (24 hours) and tell the old one, with which one still signs in.

    An address that has an account of its own gets a mail that says so; whoever asks must not see a difference.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        email = email.strip().lower()
        if email == user.email:
            return
        holder = User.objects.filter(email=email).first()
        if holder and holder.activated_at:
            mails.known_address(holder, now=now)
            return
        user.new_email, user.new_email_sent_at = email, now
        user.save(update_fields=["new_email", "new_email_sent_at"])
        mails.new_address(user, now=now)
        _journal("account.address_asked", user, "Nouvelle adresse de connexion demandée", now)


def forget_new_address(user: User, *, now: datetime) -> None:
    """Keep the address one has: the link sent to the other one dies."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.new_email:
            user.new_email, user.new_email_sent_at = "", None
            user.save(update_fields=["new_email", "new_email_sent_at"])
            _journal("account.address_kept", user, "Changement d'adresse de connexion abandonné", now)


def confirm_new_address(key: str, *, now: datetime) -> User:
    """From now on one signs in and is written to at the new address; the old one is told.

    Raises LinkRefused, also when somebody else's account got the address meanwhile. An account of that address that
    was never activated gives way: its owner has just proved to be this one.
    """
    try:
        with transaction.atomic():
            user = keys.read(key, Purpose.ADDRESS, now=now, lock=True).user
            old, user.email = user.email, user.new_email
            for waiting in User.objects.filter(email=user.email, activated_at=None, role=Role.FAMILY):
                remove(waiting, "Compte jamais activé, son adresse est celle d'un autre compte", now)
            user.new_email, user.new_email_sent_at = "", None
            user.save(update_fields=["email", "new_email", "new_email_sent_at"])
            mails.address_changed(user, old, now=now)
            _journal("account.address_changed", user, "Adresse de connexion changée", now)
            return user
    except IntegrityError as taken:
        raise LinkRefused(Why.REPLACED) from taken


def set_preferences(user: User, *, mobile_layout: bool, language: str, now: datetime) -> bool:
    """Keep how one likes the portal; whether anything changed."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if (user.mobile_layout, user.language) == (mobile_layout, language):
            return False
        user.mobile_layout, user.language = mobile_layout, language
        user.save(update_fields=["mobile_layout", "language"])
        _journal("account.preferences", user, "Préférences changées", now)
        return True


def accept_terms(user: User, version: int, *, now: datetime) -> None:
    """This person accepted this version of the terms of use."""
    with transaction.atomic():
        _acceptance, is_new = TermsAcceptance.objects.get_or_create(
            user=user, version=version, defaults={"at": now}
        )
        if is_new:
            _journal(
                "account.terms_accepted", user, f"Conditions d'utilisation acceptées, version {version}", now
            )


def end_sessions(user: User, session_keys: Collection[str], *, now: datetime) -> int:
    """Close where this account is signed in with these session keys; how many."""
    with transaction.atomic():
        ended = close_sessions(user, only=session_keys)
        if ended:
            _journal("account.sessions_ended", user, f"Sessions fermées : {ended}", now)
        return ended


def delete_account(user: User, *, now: datetime) -> None:
    """Erase the account, close its sessions and say so by mail. What it did stays in the journal under its name.

    The room that knows dossiers first unties it from them.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        mails.closed(user, now=now)
        close_sessions(user)
        _journal("account.closed", user, "Compte fermé par son titulaire", now)
        user.delete()


def _journal(verb: str, user: User, summary: str, now: datetime) -> None:
    journal.record(verb, user.journal_subject, summary=summary, actor=user, now=now)
