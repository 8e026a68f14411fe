"""The entry point of the public site's server, where it stands by itself."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ["DJANGO_SETTINGS_MODULE"] = "config.public"

application = get_wsgi_application()

# A server answers one request after another: it keeps its connection for a minute rather than open one for each.
connections.settings["catalogue"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
