"""The product's settings over a data folder of this run's own.

Read before any conftest: pytest-django looks at the database's name first, and what it finds must not be the
folder of a town that somebody uses. A process that a test starts keeps to the same folder.
"""

import os
import tempfile

os.environ["LIANXIN_DATA"] = os.environ.setdefault("LIANXIN_TEST_DATA", tempfile.mkdtemp(prefix="lianxin-tests-"))
os.environ.setdefault("LIANXIN_PROFILE", "demo")
os.environ.setdefault("LIANXIN_HOSTS", "127.0.0.1,localhost,testserver")

from lianxin.town.settings import *  # noqa: F403

# Towns are stamped from rows made once in a process: whoever makes them first, their passwords are of one kind, and quick.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
