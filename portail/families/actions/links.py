"""An account tied to the adult it belongs to: at sign-up when nothing is in doubt, otherwise by an agent.

A number and a name name a dossier, not a person: the tie is immediate only when the first name fits exactly one adult
of that dossier without account. The addresses that the dossier knows are told each time.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portail.accounts import actions as accounts
from portail.accounts.models import User
from portail.core import journal, outbox
from portail.core.text import name_key
from portail.families.actions.requests import AlreadyDecided, withdraw
from portail.families.models import Adult, Household, Request
from portail.families.queries import household_of


class Obstacle(models.TextChoices):
    ADULT_TAKEN = (
        "adult_taken",
        "Cet adulte a déjà un compte : détachez-le d'abord, ou choisissez un autre adulte.",
    )
    ACCOUNT_TIED = "account_tied", "Ce compte est déjà rattaché à un dossier."
    ACCOUNT_GONE = (
        "account_gone",
        "Ce compte n'existe plus ou ne peut plus se connecter : refusez la demande.",
    )
    CLOSED = "closed", "Ce dossier est clos : rouvrez-le, ou choisissez un autre dossier."


class CannotLink(Exception):
    """The tie is not possible as things stand now; `obstacle.label` says why to an agent."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


class WrongReferences(Exception):
    """No open dossier has this number and this name; which of the two it is, nobody is told."""


def sign_up(draft: accounts.NewAccount, *, now: datetime) -> User | None:
    """Open the account of the three steps. What it is tied to is decided when its address is confirmed.

    See accounts.actions.open_account for its guarantees; raises accounts.actions.UsernameTaken.
    """
    return accounts.open_account(draft, now=now)


def activate(key: str, *, now: datetime) -> Adult | None:
    """Confirm the address of an account, then tie it or make the request that agents see.

    Returns the adult when the tie was immediate. Raises keys.LinkRefused.
    """
    with transaction.atomic():
        return _settle(accounts.activate(key, now=now), now)


def choose_password(key: str, password: str, *, now: datetime) -> User:
    """Set the password chosen by a link; a family account that this activates is tied as by `activate`.

    Raises keys.LinkRefused, ValidationError.
    """
    with transaction.atomic():
        user, is_first = accounts.choose_password(key, password, now=now)
        if is_first and user.is_family:
            _settle(user, now)
        return user


def claim(user: User, references: Mapping[str, str], *, now: datetime) -> Adult | None:
    """An account without dossier gives references, or none ({}), after it was activated.

    Tied at once as at sign-up, else a request waits, which takes the place of the one before; asking the same twice
    is one request. Returns the adult when the tie was immediate. Raises WrongReferences, CannotLink.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if Adult.objects.filter(user=user).exists():
            raise CannotLink(Obstacle.ACCOUNT_TIED)
        if references and household_of(references["number"], references["name"]) is None:
            raise WrongReferences
        waiting = Request.objects.filter(author=user, kind=Request.Kind.LINK, state=Request.State.WAITING)
        for request in waiting:
            if request.data == dict(references):
                return None
            withdraw(request, actor=user, now=now)
        user.references = dict(references)
        return _settle(user, now)


def link(request: Request, adult: Adult, *, actor: User, now: datetime) -> Adult:
    """An agent ties the account that asked to this adult; both are told. Twice is once.

    Raises CannotLink, and AlreadyDecided when the request was closed another way meanwhile.
    """
    with transaction.atomic():
        user, request = _locked(request)
        adult = _locked_adult(adult)
        if request.state == Request.State.APPROVED and user and adult.user_id == user.pk:
            return adult
        if not request.is_waiting:
            raise AlreadyDecided(request)
        if user is None or not user.may_sign_in:
            raise CannotLink(Obstacle.ACCOUNT_GONE)
        _tie(adult, user, actor=actor, now=now)
        _close(request, Request.State.APPROVED, actor=actor, now=now, household=adult.household)
        return adult


def refuse_link(request: Request, reason: str, *, actor: User, now: datetime) -> Request:
    """An agent refuses, with a reason that the person reads. Twice is once. Raises AlreadyDecided."""
    with transaction.atomic():
        user, request = _locked(request)
        if request.state == Request.State.REFUSED and request.answer == reason:
            return request
        if not request.is_waiting:
            raise AlreadyDecided(request)
        _close(request, Request.State.REFUSED, actor=actor, now=now, answer=reason)
        if user:
            subject = _("Réponse à votre demande de rattachement")
            _tell("link_refused", subject, user.email, user.language, now, user=user, reason=reason)
        return request


def unlink(adult: Adult, *, actor: User, now: datetime) -> None:
    """Untie an adult's account; the account stays, without dossier, and is told. Twice is once."""
    with transaction.atomic():
        adult = _locked_adult(adult)
        if (user := adult.user) is None:
            return
        _untie(adult, actor=actor, now=now)
        subject = _("Votre compte n'est plus rattaché à un dossier")
        _tell("unlinked", subject, user.email, user.language, now, user=user)


def close_account(user: User, *, now: datetime) -> None:
    """One's own account is erased; the dossier stays with the service, and what waited is withdrawn."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        for request in Request.objects.filter(author=user, state=Request.State.WAITING):
            withdraw(request, actor=user, now=now)
        for adult in Adult.objects.select_for_update().filter(user=user):
            _untie(adult, actor=user, now=now)
        accounts.delete_account(user, now=now)


def _settle(user: User, now: datetime) -> Adult | None:
    references: dict[str, str] = user.references or {}
    user.references = None
    user.save(update_fields=["references"])
    adult = _fitting_adult(user, references)
    request = Request.objects.create(
        kind=Request.Kind.LINK,
        author=user,
        author_label=str(user),
        data=references,
        created_at=now,
    )
    if adult:
        _tie(adult, user, actor=user, now=now)
        _close(request, Request.State.APPROVED, actor=None, now=now, household=adult.household)
    else:
        summary = f"Démarche {request.journal_label} demandée"
        journal.record("request.asked", request.journal_subject, summary=summary, actor=user, now=now)
    return adult


def _fitting_adult(user: User, references: Mapping[str, str]) -> Adult | None:
    """The one adult without account that the first name fits, its dossier locked; None when there is any doubt."""
    first_name = name_key(user.first_name)
    if not references or not first_name:
        return None
    household = household_of(references["number"], references["name"])
    if household is None:
        return None
    household = Household.objects.select_for_update().get(pk=household.pk)
    free = household.adults.select_for_update().filter(user=None)
    fitting = [adult for adult in free if name_key(adult.first_name) == first_name]
    if household.closed_at or len(fitting) != 1:
        return None
    fitting[0].household = household
    return fitting[0]


def _tie(adult: Adult, user: User, *, actor: User, now: datetime) -> None:
    if adult.household.closed_at:
        raise CannotLink(Obstacle.CLOSED)
    if adult.user_id is not None:
        raise CannotLink(Obstacle.ADULT_TAKEN)
    if Adult.objects.filter(user=user).exists():
        raise CannotLink(Obstacle.ACCOUNT_TIED)
    adult.user = user
    adult.save(update_fields=["user"])
    summary = f"Compte de {user} rattaché à {adult}"
    journal.record(
        "household.account_linked", adult.household.journal_subject, summary=summary, actor=actor, now=now
    )
    subject = _("Votre compte est rattaché à votre dossier")
    _tell("linked", subject, user.email, user.language, now, user=user, household=adult.household)
    _tell_household(adult, user, now)


def _untie(adult: Adult, *, actor: User, now: datetime) -> None:
    summary = f"Compte de {adult.user} détaché de {adult}"
    adult.user = None
    adult.save(update_fields=["user"])
    journal.record(
        "household.account_unlinked", adult.household.journal_subject, summary=summary, actor=actor, now=now
    )


def _close(
    request: Request,
    state: str,
    *,
    actor: User | None,
    now: datetime,
    answer: str = "",
    household: Household | None = None,
) -> None:
    request.state, request.answer, request.household = state, answer, household
    request.decided_at, request.decided_by = now, actor
    request.save(update_fields=["state", "answer", "household", "decided_at", "decided_by"])
    done = "acceptée" if state == Request.State.APPROVED else "refusée"
    journal.record(
        "request.decided",
        request.journal_subject,
        summary=f"Démarche {request.journal_label} {done}",
        actor=actor,
        now=now,
        after={"state": str(state), "answer": answer},
    )


def _tell_household(adult: Adult, user: User, now: datetime) -> None:
    """Every address that the dossier knows, but the one of the account itself, learns that it was tied."""
    known: dict[str, str] = {}
    for other in adult.household.adults.select_related("user"):
        language = other.user.language if other.user else user.language
        for address in (other.email, other.user.email if other.user else ""):
            if address and address.lower() != user.email:
                known.setdefault(address.lower(), language)
    subject = _("Un compte a été rattaché à votre dossier")
    for address, language in known.items():
        _tell("household_told", subject, address, language, now, adult=adult, household=adult.household)


def _tell(
    template: str,
    subject: Promise,
    to: str,
    language: str,
    now: datetime,
    **context: User | Adult | Household | str,
) -> None:
    household = context.get("household")
    about = household.journal_subject if isinstance(household, Household) else ""
    outbox.post(
        f"front/mail/{template}",
        to=to,
        subject=subject,
        context=context,
        now=now,
        about=about,
        language=language,
    )


def _locked(request: Request) -> tuple[User | None, Request]:
    """The account that asked, then its request, both locked (everywhere in this order)."""
    user = User.objects.select_for_update().filter(pk=request.author_id or 0).first()
    return user, Request.objects.select_for_update().get(pk=request.pk)


def _locked_adult(adult: Adult) -> Adult:
    """The dossier locked, then the adult as it is now."""
    household = Household.objects.select_for_update().get(pk=adult.household_id)
    adult = Adult.objects.select_for_update().get(pk=adult.pk)
    adult.household = household
    return adult
