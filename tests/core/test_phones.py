import pytest
from django.core.exceptions import ValidationError

from portail.core.phones import PhoneField, normalise, shown


@pytest.mark.parametrize(
    ("typed", "kept", "read"),
    [
        ("06 12 34 56 78", "+33612345678", "06 12 34 56 78"),
        ("06.12.34.56.78", "+33612345678", "06 12 34 56 78"),
        ("+33 (0)6 12 34 56 78", "+33612345678", "06 12 34 56 78"),
        ("0033612345678", "+33612345678", "06 12 34 56 78"),
        ("0692 12 34 56", "+262692123456", "+262 692 12 34 56"),
        ("+32 470 12 34 56", "+32470123456", "+32 470 12 34 56"),
    ],
)
def test_a_number_is_kept_once_however_it_is_typed(typed, kept, read):
    assert normalise(typed) == kept
    assert shown(kept) == read


@pytest.mark.parametrize("typed", ["12", "06 12 34", "appelez-moi", "06 12 34 56 789 0", "🙂"])
def test_what_nobody_can_call_is_refused(typed):
    with pytest.raises(ValidationError) as refused:
        normalise(typed)
    assert refused.value.messages == ["Indiquez un numéro de téléphone complet, par exemple 06 12 34 56 78."]


def test_the_field_shows_the_number_as_people_write_it():
    field = PhoneField(required=False)
    assert field.prepare_value("+33612345678") == "06 12 34 56 78"
    assert field.prepare_value("06 12") == "06 12"
    assert field.clean("") == ""
