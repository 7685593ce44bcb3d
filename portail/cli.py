"""The `portail` command: everything that the one who hosts does."""


def main() -> int:
    raise SystemExit("portail: aucune commande pour l'instant")
