"""The command line speaks French, and a slip is answered by what to type."""

import pytest

from portail.cli import main, parser
from portail.cli.console import Refused, ask


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "il manque : commande"),
        (["sreve"], "commande inconnue : « sreve »"),
        (["backup"], "il manque : FICHIER"),
        (["serve", "--vite"], "option inconnue : --vite"),
        (["demo", "--today"], "--today attend une valeur"),
        (["demo", "--if-empty=oui"], "--if-empty n'attend pas de valeur"),
        (["admin-password", "--link", "--password-stdin"], "--password-stdin ne va pas avec"),
    ],
)
def test_a_slip_is_answered_in_french(capsys, words, told):
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert told in said
    assert "--help" in said


def test_the_help_lists_every_command_in_french(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith("usage : ")
    for english in ("positional", "optional", "show this", "arguments:\n  {"):
        assert english not in said
    for name in (
        "init",
        "demo",
        "serve",
        "worker",
        "check",
        "upgrade",
        "backup",
        "restore",
        "admin-password",
    ):
        assert f"\n    {name}" in said


@pytest.mark.parametrize(
    "name", ["init", "demo", "serve", "worker", "check", "upgrade", "backup", "restore", "admin-password"]
)
def test_each_command_explains_itself(capsys, name):
    with pytest.raises(SystemExit):
        main([name, "--help"])
    said = capsys.readouterr().out
    assert f"{name} [-h]" in said
    assert "montrer cette aide" in said


def test_every_command_has_its_module():
    from importlib import import_module

    for words in (
        ["init"],
        ["demo"],
        ["serve"],
        ["worker"],
        ["check"],
        ["upgrade"],
        ["backup", "x"],
        ["restore", "x"],
    ):
        options = parser.build().parse_args(words)
        assert callable(import_module(options.module).run)


def test_a_question_is_asked_again_until_it_is_understood(capsys, monkeypatch):
    from io import StringIO

    def number(text: str) -> str:
        if not text.isdigit():
            raise ValueError("Indiquez un nombre.")
        return text

    monkeypatch.setattr("sys.stdin", StringIO("douze\n\n12\n"))
    assert ask("Combien", check=number) == "12"
    said = capsys.readouterr().err
    assert said.count("Combien : ") == 3
    assert said.count("Indiquez un nombre.") == 2
    with pytest.raises(Refused):
        ask("Combien", check=number)
