"""A real SMTP server that keeps what it is given, and can be told to behave badly."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller


@dataclass(frozen=True)
class Taken:
    """One delivery: who was named in the SMTP dialogue, and the message as a reader would open it."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage


class MailServer(Controller):
    """Listens on a free port of 127.0.0.1. `taken` holds the deliveries in order."""

    def __init__(self) -> None:
        super().__init__(handler=self, hostname="127.0.0.1", port=0)
        self.taken: list[Taken] = []
        self.accept()

    def accept(self) -> None:
        """Take every message (as at the start)."""
        self._reply, self._hangs_up, self._takes = "250 2.0.0 OK", False, True

    def refuse(self, reply: str = "451 4.3.0 Try later") -> None:
        """Answer each message with this refusal: 4xx for a moment, 5xx for good."""
        self._reply, self._hangs_up, self._takes = reply, False, False

    def hang_up(self, *, after_taking: bool = False) -> None:
        """Cut the line once the message has come: lost, or taken without the sender ever knowing."""
        self._hangs_up, self._takes = True, after_taking

    @property
    def messages(self) -> list[EmailMessage]:
        return [delivery.message for delivery in self.taken]

    async def handle_DATA(self, server, session, envelope) -> str:
        if self._takes:
            message = message_from_bytes(envelope.original_content, policy=policy.default)
            self.taken.append(Taken(envelope.mail_from, tuple(envelope.rcpt_tos), message))
        if self._hangs_up:
            server.transport.abort()
        return self._reply

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # the one that the system gave
        super()._trigger_server()


@pytest.fixture
def smtp_server(settings) -> Iterator[MailServer]:
    """The server, started, and Django told to send through it."""
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.hostname, server.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.MAIL_KEPT = False
    unknown = settings.UNKNOWN_VARIABLE
    yield server
    server.stop()
    for message in server.messages:
        texts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
        assert unknown not in "".join([message["Subject"], *texts]), "unknown template variable in a mail"
