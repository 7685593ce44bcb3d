"""What others ask of accounts."""

from portail.accounts.models import TermsAcceptance, User, username_key
from portail.core.text import plain


def is_username_free(username: str, *, email: str = "") -> bool:
    """Whether nobody has this user name, leaving aside an account never activated of that same address."""
    holder = User.objects.filter(username_key=username_key(username)).first()
    return holder is None or (not holder.activated_at and bool(email) and holder.email == email.lower())


def free_username(*parts: str) -> str:
    """A user name that nobody has, made of these: "maurice.democivil", "maurice.democivil2", …"""
    stem = ".".join(key for part in parts if (key := plain(part).replace(" ", "")))[:54] or "utilisateur"
    stem = stem if len(stem) > 1 else f"{stem}1"
    taken = set(
        User.objects.filter(username_key__startswith=stem.casefold()).values_list("username_key", flat=True)
    )
    number = 1
    while (name := stem if number == 1 else f"{stem}{number}") in taken:
        number += 1
    return name


def accepted_terms(user: User) -> int | None:
    """The last version of the terms of use that this person accepted."""
    return (
        TermsAcceptance.objects.filter(user=user)
        .order_by("-version")
        .values_list("version", flat=True)
        .first()
    )
