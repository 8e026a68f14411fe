"""The server's entry point."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# A server answers one request after another: it keeps its connection for a minute rather than open one for each.
for database in connections.settings.values():
    database |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
