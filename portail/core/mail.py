"""Without a mail server, each mail is a file of its own that any mail reader opens."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone


class KeptMailBackend(BaseEmailBackend):
    """Writes `<time>-<n>.eml` in the `mail` folder of the data folder, whole or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder: Path = settings.MAIL_DIR
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            content = message.message()
            stem = content["Message-ID"].strip("<>").split("@")[0]
            path = folder / f"{timezone.now():%Y%m%dT%H%M%S.%f}-{stem[:12]}.eml"
            part = path.with_suffix(".part")
            part.write_bytes(content.as_bytes())
            part.rename(path)
        return len(email_messages)
