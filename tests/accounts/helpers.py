"""What the tests of accounts say often."""

import re
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.hashers import make_password

from portail.accounts.actions import NewAccount
from portail.core.models import OutboxMail
from tests import factories as make


def wanted(**values) -> NewAccount:
    """Maurice, of the guide."""
    return NewAccount(
        **{
            "sign_up_id": uuid4(),
            "last_name": "Democivil",
            "first_name": "Maurice",
            "email": "maurice@exemple.fr",
            "username": "DEMOCIVIL",
            "password": make_password(make.PASSWORD),
            "mobile_layout": False,
            "language": "fr",
            "references": {},
            "terms_version": None,
            **values,
        }
    )


def mails(**about) -> list[OutboxMail]:
    """The mails kept, the oldest first."""
    return list(OutboxMail.objects.filter(**about).order_by("pk"))


def kinds() -> list[tuple[str, str]]:
    return [(mail.kind.removeprefix("front/mail/"), mail.to) for mail in mails()]


def link_of(mail: OutboxMail) -> str:
    """The path of the link in a mail; the same in both of its forms."""
    found = re.findall(re.escape(settings.PUBLIC_URL) + r"(/\S+)", mail.text)
    assert len(found) == 1
    assert f'href="{settings.PUBLIC_URL}{found[0]}"' in mail.html
    return found[0]


def key_of(mail: OutboxMail) -> str:
    return link_of(mail).rstrip("/").rpartition("/")[2]
