"""`portail backup`: the database and the files in one archive, while the portal serves."""

from argparse import Namespace
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from portail.cli import archive, guards
from portail.cli.console import Refused, say

SUFFIXES = (".tar.gz", ".tgz")


def run(options: Namespace) -> int:
    guards.refuse_empty_database()
    target = target_of(options.file)
    with guards.in_service():
        manifest = archive.write(target, now=timezone.now())
    told(target, manifest)
    return 0


def target_of(typed: str) -> Path:
    """Where to write: a file as named, or a dated one in a folder. Raises Refused; nothing is ever overwritten."""
    target = Path(typed).expanduser().absolute()
    if target.is_dir():
        target = target / f"portail-{timezone.localtime():%Y-%m-%d-%H%M%S}.tar.gz"
    if not target.name.endswith(SUFFIXES):
        raise Refused(f"« {typed} » : donnez un nom en .tar.gz, ou un dossier qui existe.")
    if not target.parent.is_dir():
        raise Refused(f"Le dossier {target.parent} n'existe pas : créez-le d'abord.")
    if target.exists():
        raise Refused(
            f"{target} existe déjà : choisissez un autre nom, une sauvegarde n'en remplace pas une autre."
        )
    return target


def told(target: Path, manifest: archive.Manifest) -> None:
    found = archive.described(manifest)
    size = target.stat().st_size / 1_000_000
    say(
        f"Sauvegarde écrite et relue : {target} ({size:.1f} Mo, {found['files']} fichiers).",
        "Elle contient des données personnelles"
        + (" et le secret du portail" if settings.SECRET_FILE else "")
        + " : gardez-la sous clé, sur une autre machine.",
    )
