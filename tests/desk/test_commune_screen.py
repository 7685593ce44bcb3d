"""The contact, the colour and the logo that every page shows."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from portail.activities.models import Commune
from tests.desk.screens import errors, post

pytestmark = pytest.mark.django_db
CONTACT = {
    "service_name": "Service enfance",
    "phone": "0231000000",
    "email": "enfance@exemple.fr",
    "address": "1 place de la Mairie",
    "opening_hours": "De 9 h à 17 h",
    "colour": "#22557a",
}


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def logo(kind="PNG", size=(600, 300)) -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", size, "#22557a").save(content, kind)
    return SimpleUploadedFile(f"logo.{kind.lower()}", content.getvalue())


def test_the_contact_is_kept_and_shown_as_the_country_writes_it(desk):
    assert post(desk, "commune", **CONTACT).status_code == 302
    commune = Commune.objects.get()
    assert (commune.phone, commune.colour, commune.name) == ("02 31 00 00 00", "#22557a", "Valmont-sur-Orne")
    assert "02 31 00 00 00" in desk.get(reverse("desk:commune")).content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"colour": "vert"}, "colour"),
        ({"colour": "#fff;}body{display:none"}, "colour"),
        ({"phone": "12"}, "phone"),
        ({"email": "mairie"}, "email"),
        ({"service_name": ""}, "service_name"),
    ],
)
def test_a_contact_badly_typed_is_refused(desk, change, field):
    assert list(errors(post(desk, "commune", **{**CONTACT, **change}))) == [field]
    assert Commune.objects.get().colour == "#1f6f54"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_redrawn_and_served_to_everybody(desk, client, kind):
    assert post(desk, "commune", keep_logo="1", logo=logo(kind)).status_code == 302
    address = desk.get(reverse("desk:commune")).context["commune"].logo_url
    client.logout()
    answer = client.get(address)
    with Image.open(BytesIO(b"".join(answer))) as picture:
        assert (picture.format, picture.size) == ("PNG", (256, 128))
    assert "immutable" in answer["Cache-Control"]


def test_the_address_of_a_logo_of_before_is_not_found(desk):
    post(desk, "commune", keep_logo="1", logo=logo())
    before = desk.get(reverse("desk:commune")).context["commune"].logo_url
    post(desk, "commune", keep_logo="1", logo=logo(size=(100, 100)))
    assert desk.get(before).status_code == 404
    after = desk.get(reverse("desk:commune")).context["commune"].logo_url
    post(desk, "logo_remove")
    assert desk.get(after).status_code == 404
    assert post(desk, "logo_remove").status_code == 302
    assert "Retirer le logo" not in desk.get(reverse("desk:commune")).content.decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logo.svg", b"<svg onload='alert(1)'/>"),
        ("logo.png", b"\x89PNG\r\n\x1a\nnothing more"),
        ("logo.png", b""),
        ("logo.pdf", b"%PDF-1.7"),
    ],
)
def test_what_is_not_a_picture_is_refused_and_the_contact_stays(desk, name, content):
    file = SimpleUploadedFile(name, content)
    response = post(desk, "commune", keep_logo="1", logo=file)
    assert list(errors(response, "logo_form")) == ["logo"]
    assert b'value="Service enfance"' in response.content
    assert not Commune.objects.get().logo


def test_without_a_commune_there_is_nothing_to_set(desk):
    Commune.objects.all().delete()
    assert desk.get(reverse("desk:commune")).status_code == 404
