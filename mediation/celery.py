"""The Celery application; on the embedded broker it also brings back what a killed worker held."""

import os

from celery import Celery
from celery.signals import worker_init

from mediation import fsqueue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediation.settings")
app = Celery("mediation")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def recover_unfinished(**_: object) -> None:
    """Give back the messages that a worker killed in mid-task had taken from the queue."""
    if app.conf.broker_url.startswith("safefs"):
        fsqueue.recover(app.conf.broker_transport_options["data_folder_in"])


@worker_init.connect
def share_the_keywords(**_: object) -> None:
    """Compile the rule book in force before the worker forks, so that its children share it."""
    from cases.routing import rulebook  # noqa: PLC0415  (models: only once the apps are loaded)

    rulebook.warm_up()
