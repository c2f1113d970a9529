"""The product's settings, made quick for tests; `tests/pgplugin.py` sets database and folder."""

from mediation.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
