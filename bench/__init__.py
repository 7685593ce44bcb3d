"""How fast the portal is, on a commune of a thousand children. Never part of the tests."""
