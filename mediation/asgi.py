import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediation.settings")
application = get_asgi_application()

from mediation import checks  # noqa: E402 - its rules read the apps that were loaded just now

checks.refuse_unsafe()  # the servers themselves run no system checks
