"""The product's settings, made quick and strict for tests."""

import tempfile
from pathlib import Path

from mediation.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="mediation-test-"))
