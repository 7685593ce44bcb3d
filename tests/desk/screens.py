"""How tests of the desk speak to a screen: post to it, read what it said and what it refused."""

from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse


def post(client: Client, page: str, /, *args: Any, **values: Any) -> HttpResponse:
    return client.post(reverse(f"desk:{page}", args=args), values)


def said(response: HttpResponse) -> list[str]:
    """The messages of this answer, those that the person has not read yet included."""
    return [str(message) for message in get_messages(response.wsgi_request)]


def errors(response: HttpResponse, form: str = "form") -> dict[str, list[str]]:
    """What the form of a 422 asks to correct, by field."""
    assert response.status_code == 422, response.status_code
    return {field: list(found) for field, found in response.context[form].errors.items()}
