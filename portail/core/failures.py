"""What may be kept and logged of an exception: its kind and its place, never its words, which may name somebody."""

import traceback

from django.conf import settings


def told(failure: BaseException) -> str:
    """ "IntegrityError, portail/accounts/actions.py:52 (remove_expired)": the last of our own lines it went through."""
    root = str(settings.BASE_DIR)
    frames = traceback.extract_tb(failure.__traceback__)
    own = [
        frame for frame in frames if frame.filename.startswith(f"{root}/") and ".venv" not in frame.filename
    ]
    kind = type(failure).__name__
    if not own:
        return kind
    last = own[-1]
    return f"{kind}, {last.filename.removeprefix(root + '/')}:{last.lineno} ({last.name})"
