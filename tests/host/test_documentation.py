"""The host's page tells every setting and every command, and no other."""

import re

import pytest
from django.conf import settings

from portail.cli import parser

PAGE = (settings.BASE_DIR / "docs" / "exploitation.md").read_text(encoding="utf-8")
READ = re.compile(r'(?:env\.\w+|flag)\(\s*"([A-Z_]+)"')


def test_every_variable_of_the_settings_is_told_and_no_other():
    code = (settings.BASE_DIR / "config" / "settings.py").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE))
    assert told == set(READ.findall(code))


def commands() -> list[str]:
    actions = parser.build()._subparsers._group_actions
    return sorted(actions[0].choices)


@pytest.mark.parametrize("name", commands())
def test_every_command_is_told(name):
    assert f"`portail {name}" in PAGE


def test_the_delays_told_are_those_of_the_code():
    from portail.core import delivery, upkeep

    assert f"{delivery.MOST_ATTEMPTS} au plus" in PAGE
    assert delivery.MOST_REFUSALS == 3
    assert "trois essais, puis abandon" in PAGE
    assert f"après {upkeep.MAIL_BODIES.days} jours" in PAGE
    assert f"{settings.MAIL_LEASE.seconds} | secondes avant" in PAGE
