"""A family account: opened, its link sent again, its address corrected, activated, or removed when nobody did."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from portail.accounts import keys, mails
from portail.accounts.actions.sessions import spend_a_hash
from portail.accounts.keys import Purpose
from portail.accounts.models import Role, TermsAcceptance, User, username_key
from portail.core import journal


class UsernameTaken(Exception):
    """Somebody has this user name."""


@dataclass(frozen=True)
class NewAccount:
    """What the three steps gathered. `password` is a hash; `references` is {} without any; one `sign_up_id` a form."""

    sign_up_id: UUID
    last_name: str
    first_name: str
    email: str
    username: str
    password: str
    mobile_layout: bool
    language: str
    references: dict[str, str]
    terms_version: int | None


def open_account(wanted: NewAccount, *, now: datetime) -> User | None:
    """Write an account that waits for its address to be confirmed, and send it the link (24 hours).

    The same `sign_up_id` twice is one account and one mail. An address that has an activated account opens none: its
    owner is written to, the answer is None and the person who typed must not see a difference. An account of this
    address never activated is replaced: the last who asked may simply have started again. Raises UsernameTaken.
    """
    try:
        with transaction.atomic():
            return _open(wanted, now)
    except IntegrityError:  # another of this form, name or address came first, and can now be seen
        with transaction.atomic():
            return _open(wanted, now)


def _open(wanted: NewAccount, now: datetime) -> User | None:
    holder = _holder(wanted.email)  # the lock first: the other click may have opened the account meanwhile
    known = User.objects.filter(sign_up_id=wanted.sign_up_id).first()
    if known:
        return known
    if not _gives_way(holder, now):
        return None
    namesakes = User.objects.filter(username_key=username_key(wanted.username))
    if namesakes.exclude(sign_up_id=wanted.sign_up_id).exists():
        raise UsernameTaken
    user = User(
        sign_up_id=wanted.sign_up_id,
        last_name=wanted.last_name,
        first_name=wanted.first_name,
        email=wanted.email,
        username=wanted.username,
        password=wanted.password,
        mobile_layout=wanted.mobile_layout,
        language=wanted.language,
        references=wanted.references,
        created_at=now,
        activation_sent_at=now,
    )
    user.save(force_insert=True)
    if wanted.terms_version is not None:
        TermsAcceptance.objects.create(user=user, version=wanted.terms_version, at=now)
    mails.activation(user, now=now)
    _journal("account.opened", user, "Compte demandé, lien d'activation envoyé", now)
    return user


def resend_activation(typed: str, *, now: datetime) -> None:
    """Send a new link to the account of this user name or address, if it still waits; the link before dies.

    An account that is active already is told so at its address. Nobody learns here which of the three it was.
    """
    with transaction.atomic():
        found = User.objects.find(typed)
        user = found and User.objects.select_for_update().filter(pk=found.pk, is_active=True).first()
        if user is None:
            return
        if user.activated_at:
            mails.known_address(user, now=now)
            return
        _send_again(user, now)


def correct_address(typed: str, password: str, email: str, *, now: datetime) -> None:
    """Send the link of an account not activated yet to another address; its password must be given.

    Silent when the account, its password or its state do not allow it: whoever asks learns nothing.
    """
    with transaction.atomic():
        found = User.objects.find(typed)
        if found is None:
            spend_a_hash(password)
            return
        if not found.check_password(password):
            return
        user = User.objects.select_for_update().get(pk=found.pk)
        if user.activated_at or not user.is_active or user.is_staff:
            return
        if user.email != email.lower():
            if not _gives_way(_holder(email), now):
                return
            user.email = email
        _send_again(user, now)


def activate(key: str, *, now: datetime) -> User:
    """The address is confirmed: the account may sign in. Raises keys.LinkRefused (unknown, expired, used, replaced).

    `references` are left for the room that knows dossiers.
    """
    with transaction.atomic():
        user = keys.read(key, Purpose.ACTIVATION, now=now, lock=True).user
        confirm(user, now)
        return user


def confirm(user: User, now: datetime) -> None:
    """Inside a transaction that holds the row: this account's address is its own."""
    user.activated_at = now
    user.save(update_fields=["activated_at"])
    journal.record("account.activated", user.journal_subject, summary="Compte activé", actor=user, now=now)


def purge_unactivated(*, now: datetime) -> int:
    """Remove the family accounts not activated 24 hours after their last link; how many.

    Their user names and addresses are free again. An account that is activated meanwhile stays.
    """
    limit = now - settings.ACTIVATION_VALIDITY
    late = User.objects.filter(
        activated_at=None, role=Role.FAMILY, is_active=True, activation_sent_at__lte=limit
    )
    removed = 0
    for pk in late.values_list("pk", flat=True):
        with transaction.atomic():
            user = late.select_for_update().filter(pk=pk).first()
            if user:
                remove(user, "Compte jamais activé, supprimé après 24 heures", now)
                removed += 1
    return removed


def _holder(email: str) -> User | None:
    """The account of this address, its row locked."""
    return User.objects.select_for_update().filter(email=email.lower()).first()


def _gives_way(holder: User | None, now: datetime) -> bool:
    """Whether its address is free, or becomes it: an account never activated is removed. The owner of another is
    written to."""
    if holder is None:
        return True
    if holder.activated_at or holder.is_staff or not holder.is_active:
        mails.known_address(holder, now=now)
        return False
    remove(holder, "Compte jamais activé, remplacé par une nouvelle demande", now)
    return True


def _send_again(user: User, now: datetime) -> None:
    user.activation_sent_at = now
    user.save(update_fields=["activation_sent_at", "email"])
    if user.is_staff:
        mails.invitation(user, now=now)
    else:
        mails.activation(user, now=now)
    _journal("account.link_sent", user, "Nouveau lien d'activation envoyé", now)


def remove(user: User, summary: str, now: datetime) -> None:
    """Inside a transaction that holds the row: an account never activated is no more."""
    journal.record("account.removed", user.journal_subject, summary=summary, now=now)
    user.delete()


def _journal(verb: str, user: User, summary: str, now: datetime) -> None:
    """Nobody has proved yet to be this person: the line names no one, and may outlive a removed account."""
    journal.record(verb, user.journal_subject, summary=summary, now=now)
