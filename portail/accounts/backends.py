"""Who is this? By user name or address, in whatever case."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest

from portail.accounts.models import User


class Backend(AuthenticationBackend):
    """One look-up and one password hash whatever was typed, so that the time taken tells nothing.

    A disabled account loses its open sessions at once, and one not activated yet cannot have any.
    """

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:
        typed = credentials.get("username") or credentials.get("email") or ""
        return self._check_password(User.objects.find(typed), credentials["password"])

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        return isinstance(user, User) and user.may_sign_in
