"""The product's settings, on a data folder that lives as long as the process, and eager to complain."""

import atexit
import os
import shutil
import tempfile

# Before the product's settings are read: a test never touches the folder of somebody who tries the product.
os.environ["PORTAIL_DATA"] = tempfile.mkdtemp(prefix="portail-tests-")
os.environ["PORTAIL_STATIC"] = tempfile.mkdtemp(prefix="static-", dir=os.environ["PORTAIL_DATA"])
os.environ["PORTAIL_PRODUCTION"] = "false"
os.environ.pop("EMAIL_URL", None)
atexit.register(shutil.rmtree, os.environ["PORTAIL_DATA"], ignore_errors=True)

from config.settings import *  # noqa: E402, F403
from config.settings import DATA_DIR, DATABASES, INSTALLED_APPS, TEMPLATES  # noqa: E402

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# What an unknown template variable leaves on the page: the guarding client looks for it.
UNKNOWN_VARIABLE = "⟦variable inconnue⟧"
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = f"{UNKNOWN_VARIABLE} %s"
WHITENOISE_AUTOREFRESH = True  # look a file up when it is asked for, not all of them for each test client

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file as in production, so that threads meet as they do there; nobody needs it after a power cut.
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
