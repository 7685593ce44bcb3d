"""The mails of a journey: what the worker sends through a real SMTP server, read by the people it is for."""

import re
from email.message import EmailMessage
from urllib.parse import urlsplit

from django.utils import timezone

from portail.core import delivery
from tests.smtp import MailServer


class Mailbox:
    def __init__(self, server: MailServer):
        self.server = server

    def of(self, address: str) -> list[EmailMessage]:
        """Everything that this address received, once the worker has sent what waited."""
        while delivery.deliver_due(timezone.now):
            pass
        return [taken.message for taken in self.server.taken if address in taken.recipients]

    def last(self, address: str) -> EmailMessage:
        return self.of(address)[-1]

    def about(self, address: str, subject: str) -> EmailMessage:
        """The one mail of this subject."""
        (found,) = [message for message in self.of(address) if message["Subject"] == subject]
        return found


def text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return part.get_content()


def html(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return part.get_content()


def link(message: EmailMessage, containing: str) -> str:
    """The path of the one address of the portal that holds these words; the text and the HTML give the same."""
    found = {
        urlsplit(url).path for url in re.findall(r"https?://[^\s\">]+", text(message)) if containing in url
    }
    assert len(found) == 1, text(message)
    (path,) = found
    assert path in html(message)
    return path
