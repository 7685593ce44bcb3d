"""What the other actions share about passwords and open sessions."""

from collections.abc import Collection

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore

from portail.accounts.models import User


def close_sessions(user: User, *, keep: str | None = None, only: Collection[str] | None = None) -> int:
    """Close where this account is signed in, all but the session of key `keep`, or these `only`; how many."""
    sessions = UserSession.objects.filter(user=user).exclude(session_key=keep or "")
    if only is not None:
        sessions = sessions.filter(session_key__in=only)
    known = list(sessions.values_list("session_key", flat=True))
    SessionStore.get_model_class().objects.filter(session_key__in=known).delete()
    sessions.delete()
    return len(known)


def follow_session(before: str | None, after: str | None) -> None:
    """A session goes on under another key: so does the place signed in that it stands for."""
    UserSession.objects.filter(session_key=before or "").update(session_key=after)


def spend_a_hash(password: str) -> None:
    """Take the time that checking a password takes: whether the account exists must not show."""
    User().set_password(password)
