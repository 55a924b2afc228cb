"""The one-command installation: SQLite and an embedded Valkey, demonstration on loopback."""

import os

from config import places
from config.settings.base import *  # noqa: F403

SECRET_KEY = places.secret("django")
DEMONSTRATION = os.environ.get("GONGHENG_DEMONSTRATION", "1") == "1"
TIMESTAMP_AUTHORITY = os.environ.get("GONGHENG_TSA", "demonstration" if DEMONSTRATION else "")
