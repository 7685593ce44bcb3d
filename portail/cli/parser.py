"""The words of the command line, in French. Reading them needs neither Django nor a database."""

import argparse
import re
from collections.abc import Callable
from typing import Any, NoReturn

_FRENCH = [
    (r"the following arguments are required: (.+)", r"il manque : \1"),
    (r"unrecognized arguments: (.+)", r"option inconnue : \1"),
    (r"argument (.+): expected one argument", r"\1 attend une valeur"),
    (r"argument (.+): not allowed with argument (.+)", r"\1 ne va pas avec \2"),
    (r"argument commande: invalid choice: '?([^']*)'? \(choose from (.+)\)", r"commande inconnue : « \1 »"),
    (
        r"argument (.+): invalid choice: '?([^']*)'? \(choose from (.+)\)",
        r"\1 : « \2 » n'est pas un choix ; \3",
    ),
    (r"argument (.+): ignored explicit argument '?([^']*)'?", r"\1 n'attend pas de valeur"),
    (r"ambiguous option: (.+) could match (.+)", r"\1 peut vouloir dire \2"),
]


class Parser(argparse.ArgumentParser):
    def __init__(self, **options: Any) -> None:
        super().__init__(add_help=False, formatter_class=_Formatter, **options)
        self._positionals.title, self._optionals.title = "arguments", "options"
        self.add_argument("-h", "--help", action="help", help="montrer cette aide")

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"portail : {french(message)}\nL'aide : {self.prog} --help\n")


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "usage : " if prefix is None else prefix)


def french(message: str) -> str:
    """What argparse complains of, in French."""
    for english, words in _FRENCH:
        if re.fullmatch(english, message):
            return re.sub(english, words, message)
    return message


Fill = Callable[[Parser], None]


def build() -> Parser:
    """The whole command line. Each command sets `module`, whose `run(options)` does it, and `needs_django`."""
    parser = Parser(prog="portail", description="Portail Famille : ce que fait la personne qui l'héberge.")
    commands = parser.add_subparsers(
        metavar="commande", title="commandes", required=True, parser_class=Parser
    )

    def add(
        name: str, help: str, module: str, fill: Fill = lambda _: None, needs_django: bool = True
    ) -> None:
        command = commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
        command.set_defaults(module=f"portail.cli.{module}", needs_django=needs_django)
        fill(command)

    add("init", "créer une commune vide et son premier administrateur", "init", _init)
    add("demo", "créer une commune inventée, pour essayer", "demo", _demo)
    add("rules", "vérifier, expliquer, comparer et appliquer un règlement", "rules", _rules, False)
    add("serve", "servir le portail : le site et l'automate ensemble", "serve")
    add("worker", "lancer l'automate seul : envoi des courriels, travaux périodiques", "worker")
    add("check", "vérifier que tout va bien, et dire quoi faire sinon", "check")
    add("upgrade", "sauvegarder, mettre la base à jour, vérifier", "upgrade", _upgrade)
    add("backup", "sauvegarder la base et les fichiers, même en service", "backup", _backup)
    add("restore", "remettre une sauvegarde en place", "restore", _restore)
    add("admin-password", "rendre l'accès à un administrateur", "admin_password", _admin_password)
    return parser


def _init(command: Parser) -> None:
    command.add_argument("--name", help="nom de la commune")
    command.add_argument("--zone", help="zone des vacances scolaires : A, B ou C")
    command.add_argument(
        "--subdivision", help="département ou territoire aux jours fériés propres (57, 67, 68, 971…)"
    )
    command.add_argument("--admin-username", help="nom d'utilisateur de l'administrateur")
    command.add_argument("--admin-email", help="son adresse e-mail")
    command.add_argument("--admin-first-name", help="son prénom")
    command.add_argument("--admin-last-name", help="son nom")
    command.add_argument(
        "--admin-password-stdin",
        action="store_true",
        help="lire son mot de passe sur l'entrée standard, première ligne",
    )


def _demo(command: Parser) -> None:
    command.add_argument("--if-empty", action="store_true", help="ne rien faire si la commune existe déjà")
    command.add_argument("--today", metavar="AAAA-MM-JJ", help="le jour autour duquel bâtir la commune")


def _upgrade(command: Parser) -> None:
    command.add_argument(
        "--backup", metavar="FICHIER", help="où sauvegarder d'abord (par défaut : backups/ des données)"
    )


def _backup(command: Parser) -> None:
    command.add_argument("file", metavar="FICHIER", help="l'archive à écrire (.tar.gz), ou un dossier")


def _restore(command: Parser) -> None:
    command.add_argument("file", metavar="FICHIER", help="l'archive à remettre en place")
    command.add_argument(
        "--replace", action="store_true", help="remplacer les données présentes, gardées de côté"
    )


def _admin_password(command: Parser) -> None:
    command.add_argument("username", nargs="?", metavar="UTILISATEUR", help="nom d'utilisateur ou adresse")
    how = command.add_mutually_exclusive_group()
    how.add_argument("--link", action="store_true", help="donner un lien à usage unique, sans mot de passe")
    how.add_argument(
        "--password-stdin", action="store_true", help="lire le mot de passe sur l'entrée standard"
    )


def _rules(command: Parser) -> None:
    verbs = command.add_subparsers(metavar="verbe", dest="verb", required=True, parser_class=Parser)
    files = {
        "check": "dire tout ce qui est à corriger, puis ce qui est à vérifier",
        "diff": "dire ce qui change d'un fichier à l'autre",
        "apply": "dire ce qui change, puis mettre le fichier en vigueur",
    }
    for name, help in files.items():
        verb = verbs.add_parser(name, help=help)
        verb.add_argument("file", metavar="fichier")
        if name == "diff":
            verb.add_argument("other", metavar="autre")
        if name == "apply":
            verb.add_argument("--dry-run", action="store_true", help="dire seulement ce qui changerait")
            verb.add_argument("--yes", action="store_true", help="ne pas demander avant d'appliquer")
            verb.add_argument("--note", default="", metavar="TEXTE", help="le motif, gardé avec la version")
        else:
            verb.add_argument("--json", action="store_true", help="répondre en JSON")
    verbs.add_parser("schema", help="le schéma JSON du fichier, pour les éditeurs")
    verbs.add_parser("export", help="le fichier en vigueur, avec toute la structure de la commune")
    _explain(verbs.add_parser("explain", help="expliquer une limite, un prix, une absence"))


def _explain(verb: Parser) -> None:
    from portail.rules.scopes import COUNTS, NUMBERS, TAGS

    verb.add_argument("what", metavar="quoi", choices=["deadline", "price", "absence"])
    verb.add_argument("file", metavar="fichier")
    verb.add_argument("--service", required=True, metavar="CODE")
    verb.add_argument(
        "--day",
        required=True,
        metavar="AAAA-MM-JJ",
        help="le jour de service (une absence : des jours, par virgules)",
    )
    verb.add_argument(
        "--moment", metavar="AAAA-MM-JJTHH:MM", help="le moment de la demande (par défaut, maintenant)"
    )
    verb.add_argument("--action", default="book", choices=["book", "cancel", "change"])
    verb.add_argument("--proof", metavar="AAAA-MM-JJTHH:MM", help="quand la pièce est arrivée")
    verb.add_argument("--json", action="store_true", help="répondre en JSON")
    for name, help in {**NUMBERS, **COUNTS}.items():
        verb.add_argument(f"--{name}", metavar="NOMBRE", help=help)
    for name in TAGS.values():
        verb.add_argument(f"--{name.replace('_', '-')}", dest=name, action="append", metavar="MOT")
