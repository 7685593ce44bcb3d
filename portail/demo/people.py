"""The accounts of the invented commune."""

from datetime import datetime

from django.contrib.auth.hashers import make_password

from portail.accounts.actions import accept_terms
from portail.accounts.models import User
from portail.demo import accounts
from portail.demo.accounts import DemoAccount
from portail.messaging.models import LegalPage
from portail.messaging.queries import legal_page


def staff(now: datetime) -> dict[str, User]:
    """The town hall, by user name."""
    return {person.username: _open(person, now) for person in accounts.STAFF}


def parent(person: DemoAccount, now: datetime) -> User:
    """A parent's account, activated, its terms accepted; without a password nobody signs in with it."""
    user = _open(person, now)
    if terms := legal_page(LegalPage.Kind.TERMS):
        accept_terms(user, terms.version, now=max(now, terms.published_at))
    return user


def _open(person: DemoAccount, now: datetime) -> User:
    user = User(
        username=person.username,
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        role=person.role,
        created_at=now,
        activated_at=now,
        password=make_password(person.password or None),
    )
    user.save()
    return user
