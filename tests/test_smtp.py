"""The tests' mail server behaves well and badly on demand."""

import smtplib

import pytest
from django.core.mail import send_mail


def send() -> int:
    return send_mail("Votre activation", "Bonjour Zoé", "portail@exemple.fr", ["zoe@exemple.fr"])


def test_it_keeps_what_was_sent(smtp_server):
    assert send() == 1
    (taken,) = smtp_server.taken
    assert (taken.sender, taken.recipients) == ("portail@exemple.fr", ("zoe@exemple.fr",))
    assert taken.message["Subject"] == "Votre activation"
    assert taken.message.get_content().strip() == "Bonjour Zoé"


def test_it_refuses_and_accepts_again(smtp_server):
    smtp_server.refuse("550 5.1.1 Unknown")
    with pytest.raises(smtplib.SMTPDataError, match="Unknown"):
        send()
    smtp_server.accept()
    assert send() == 1
    assert len(smtp_server.messages) == 1


@pytest.mark.parametrize(("after_taking", "kept"), [(False, 0), (True, 1)])
def test_it_hangs_up_before_or_after_taking_the_message(smtp_server, after_taking, kept):
    smtp_server.hang_up(after_taking=after_taking)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send()
    assert len(smtp_server.messages) == kept
