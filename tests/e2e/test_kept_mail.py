"""Reading, in a real browser, the mails that a trial portal kept: accessible, and their links lead to the portal."""

import pytest
from django.core.mail import EmailMultiAlternatives

from portail.core.mail import KeptMailBackend
from tests.e2e.visitors import accessibility_problems, is_wider_than_screen


@pytest.fixture
def kept(settings, tmp_path, live_server) -> str:
    """A mail as the portal writes them; gives the address that its links hold."""
    settings.MAIL_DIR = tmp_path / "mail"
    link = f"{live_server.url}/informations/mentions-legales/"
    mail = EmailMultiAlternatives(
        "Activez votre compte", f"Bonjour Zoé,\n\nActivez : {link}", "p@localhost", ["zoe@exemple.fr"]
    )
    button = f'<p style="color:#333"><a href="{link}">Activer</a></p>'
    page = f"<html><head><title>Activez votre compte</title></head><body>{button}</body></html>"
    mail.attach_alternative(page, "text/html")
    KeptMailBackend().send_messages([mail])
    return link


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("javascript", [True, False])
def test_a_kept_mail_is_found_read_and_followed(transactional_db, kept, open_page, width, javascript):
    page = open_page("/dev/courrier/", width=width, javascript=javascript)
    page.get_by_role("link", name="Activez votre compte").click()
    page.wait_for_url("**/dev/courrier/*/")
    frame = page.frame_locator("iframe[title='Le courriel mis en page']")
    frame.get_by_role("link", name="Activer").click()
    page.wait_for_url(kept)
    page.go_back()
    page.get_by_role("link", name=kept).click()
    page.wait_for_url(kept)


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_both_screens_are_accessible_and_fit(transactional_db, kept, open_page, width):
    page = open_page("/dev/courrier/", width=width)
    found = accessibility_problems(page)
    assert not is_wider_than_screen(page)
    page.get_by_role("link", name="Activez votre compte").click()
    page.wait_for_url("**/dev/courrier/*/")
    assert found + accessibility_problems(page) == []
    assert not is_wider_than_screen(page)
