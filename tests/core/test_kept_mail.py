"""/dev/courrier/: what a trial portal would have sent, readable by whoever tries it, and only there."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as live
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from portail.core import kept_mail
from portail.core.mail import KeptMailBackend
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LINK = "http://localhost:8000/activation/abc/"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MAIL_DIR = tmp_path / "mail"
    return settings.MAIL_DIR


def keep(subject: str = "Activez votre compte", html: str = "") -> str:
    mail = EmailMultiAlternatives(
        subject,
        f"Bonjour Zoé,\n\nActivez : {LINK}\n<script>alert(1)</script>",
        "p@localhost",
        ["zoe@exemple.fr"],
    )
    if html:
        mail.attach_alternative(html, "text/html")
    KeptMailBackend().send_messages([mail])
    return kept_mail._names()[0]


def test_an_empty_box_says_what_to_do(client):
    response = client.get("/dev/courrier/")
    assert response.status_code == 200
    assert "Aucun courriel pour l'instant" in response.content.decode()


def test_mails_are_listed_the_last_first_and_paged(client, time_machine):
    time_machine.move_to(NOW)
    for number in range(kept_mail.PER_PAGE + 3):
        time_machine.shift(timedelta(seconds=1))
        keep(f"Courriel {number:02}")
    first, second = (client.get("/dev/courrier/", {"page": page}).content.decode() for page in (1, 2))
    assert first.index("Courriel 27") < first.index("Courriel 26") < first.index("Courriel 03")
    assert "Courriel 02" not in first
    assert "Courriel 00" in second
    assert "28 courriels" in first


def test_a_mail_is_read_with_links_to_click_and_nothing_of_it_runs(client):
    name = keep(html=f'<!DOCTYPE html><html><head></head><body><a href="{LINK}">Activer</a></body></html>')
    response = client.get(f"/dev/courrier/{name}/")
    page = response.content.decode()
    assert f'<a href="{LINK}" rel="nofollow">{LINK}</a>' in page
    assert "zoe@exemple.fr" in page
    assert "<script>alert" not in page
    client.guards = False  # a mail is no page of ours
    frame = client.get(reverse("core:kept_mail_html", args=[name]))
    assert '<head><base target="_top"></head>' in frame.content.decode()
    policy = frame.headers["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups allow-top-navigation-by-user-activation" in policy
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-src 'self'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "name",
    ["20261124T090000.000000-abcdef012345", "..%2F..%2Fsecret", "secret", "20261124T090000.000000-ab.eml"],
)
def test_an_unknown_name_is_a_404(client, folder, name):
    assert client.get(f"/dev/courrier/{name}/").status_code == 404
    assert client.get(f"/dev/courrier/{name}/html/").status_code == 404


def test_only_reading_is_possible(client):
    assert client.post("/dev/courrier/").status_code == 405


@pytest.mark.parametrize(
    "environment",
    [
        {"PORTAIL_PRODUCTION": "true"},
        {"EMAIL_URL": "smtp://localhost:25"},
    ],
    ids=["production", "a mail server"],
)
def test_it_does_not_exist_elsewhere(environment, tmp_path):
    script = (
        "import django; django.setup()\n"
        "from django.urls import Resolver404, resolve\n"
        "try: resolve('/dev/courrier/')\n"
        "except Resolver404: print('absent')\n"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script],
        cwd=live.BASE_DIR,
        env={
            "PATH": "",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PORTAIL_DATA": str(tmp_path),
            **environment,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "absent"
