"""The JSON Schema of the settings file, for editors that complete and check while one types."""

from __future__ import annotations

from typing import Any

from .layout import FILE


def schema() -> dict[str, Any]:
    """What a settings file may hold (JSON Schema, draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Règlement d'une commune, pour Portail Famille",
        **FILE.schema(),
        "required": ["format", "commune"],
    }
