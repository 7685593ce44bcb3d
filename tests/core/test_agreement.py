import pytest

from portail.core.text import many


@pytest.mark.parametrize(
    ("count", "words", "told"),
    [
        (0, "séance créée", "0 séance créée"),
        (1, "séance créée", "1 séance créée"),
        (2, "séance créée", "2 séances créées"),
        (-3, "place", "-3 places"),
    ],
)
def test_every_word_agrees_from_two_on(count, words, told):
    assert many(count, words) == told
