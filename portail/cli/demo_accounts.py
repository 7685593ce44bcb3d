"""Who may sign in to the demonstration, as its file in the data folder says."""

import json
from typing import Any

from django.conf import settings

from portail.activities.models import Commune
from portail.demo import accounts


def kept_accounts() -> list[str]:
    """A line each, or nothing when the commune is not the invented one."""
    if not Commune.objects.filter(name=accounts.COMMUNE).exists():
        return []
    try:
        people: list[dict[str, Any]] = json.loads(
            accounts.path(settings.DATA_DIR).read_text(encoding="utf-8")
        )
    except (OSError, ValueError):
        return []
    width = max(len(str(person["role"])) for person in people)
    name = max(len(str(person["username"])) for person in people)
    return [f"  {p['role']:<{width}}  {p['username']:<{name}}  {p['password']}" for p in people]
