"""Where a household is written to."""

from collections.abc import Iterable
from typing import NamedTuple

from portail.accounts.models import User
from portail.families.models import Adult, Household


class Recipient(NamedTuple):
    """An address, and the language in which its person reads."""

    address: str
    language: str


def of_household(household: Household) -> list[Recipient]:
    """Every adult's address, each once: the account's when it is active, the contact address without one."""
    adults = household.adults.select_related("user")
    return _once(recipient for adult in adults if (recipient := _of_adult(adult)))


def of_households(ids: Iterable[int]) -> dict[int, list[Recipient]]:
    """The same for many households, by their key. One query; a household that nobody can write to has none."""
    found: dict[int, list[Recipient]] = {pk: [] for pk in ids}
    for adult in Adult.objects.filter(household__in=list(found)).select_related("user"):
        if recipient := _of_adult(adult):
            found[adult.household_id].append(recipient)
    return {pk: _once(recipients) for pk, recipients in found.items()}


def of_author(author: User | None, household: Household) -> list[Recipient]:
    """Who asked, when the account still signs in for this household; otherwise the household."""
    if author and _signs_in(author) and household.adults.filter(user=author).exists():
        return [Recipient(author.email, author.language)]
    return of_household(household)


def _of_adult(adult: Adult) -> Recipient | None:
    if adult.user and _signs_in(adult.user):
        return Recipient(adult.user.email, adult.user.language)
    return Recipient(adult.email, "fr") if adult.email else None


def _signs_in(user: User) -> bool:
    return user.is_active and user.activated_at is not None


def _once(recipients: Iterable[Recipient]) -> list[Recipient]:
    known: dict[str, Recipient] = {}
    for recipient in recipients:
        known.setdefault(recipient.address.casefold(), recipient)
    return list(known.values())
