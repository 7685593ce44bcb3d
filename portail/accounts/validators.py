"""What a password must be, beyond Django's own rules."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from portail.accounts.models import User
from portail.core.text import name_key


class LengthOfTheCommune:
    """The length is the commune's setting, handed in by the room that knows its rules; never under 8."""

    def validate(self, password: str, user: User | None = None) -> None:
        length = self.length()
        if len(password) < length:
            raise ValidationError(self.in_words(length), code="password_too_short")

    def get_help_text(self) -> str:
        return self.in_words(self.length())

    @staticmethod
    def in_words(length: int) -> str:
        return _("%(length)d caractères au minimum.") % {"length": length}

    @staticmethod
    def length() -> int:
        return max(8, import_string(settings.PORTAIL_PASSWORD_LENGTH)())


class NotOwnNames:
    """Neither the person's names, user name nor address may be in the password (three letters and more)."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None:
            return
        secret = name_key(password)
        own = [user.first_name, user.last_name, user.username, user.email.split("@")[0]]
        if any(len(key) >= 3 and key in secret for key in map(name_key, own)):
            raise ValidationError(self.get_help_text(), code="password_own_names")

    def get_help_text(self) -> str:
        return _(
            "Le mot de passe ne doit contenir ni votre nom, ni votre prénom, ni votre nom d'utilisateur."
        )


# Django's list of common passwords is English; these are what people type in France.
_COMMON = frozenset(
    """
    motdepasse motdepass mdp azerty azertyuiop qwerty qwertyuiop azertyqsdfgh qsdfghjklm bonjour
    bonsoir salut soleil marseille paris doudou loulou chouchou jetaime monamour amour princesse
    coucou chocolat nounours papillon portail portailfamille famille mafamille mesenfants cantine
    garderie periscolaire mairie ecole maman papa mamanpapa papamaman bienvenue bienvenu
    administrateur utilisateur password passwordpassword
    """.split()  # noqa: SIM905 (a list of words reads better as words)
)
_REPEATED = re.compile(r"(.{1,4})\1+")


class NotCommonInFrench:
    """A known word with digits around it, or the same few signs again and again, is guessed at once."""

    def validate(self, password: str, user: User | None = None) -> None:
        key = name_key(password)
        if key.strip("0123456789") in _COMMON or _REPEATED.fullmatch(key):
            raise ValidationError(self.get_help_text(), code="password_too_common")

    def get_help_text(self) -> str:
        return _("Ce mot de passe est trop facile à deviner : assemblez plutôt plusieurs mots sans rapport.")
