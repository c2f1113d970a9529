"""A Celery application of its own on a queue folder, for the tests that kill its worker."""

import os
import time
from pathlib import Path

from celery import Celery
from celery.signals import worker_init

from mediation import fsqueue

FOLDER = Path(os.environ["QUEUE_FOLDER"])
TRANSPORT = os.environ.get("QUEUE_TRANSPORT", "safefs")
DONE = FOLDER / "done"
OPTIONS = {
    "data_folder_in": str(FOLDER / "msg"),
    "data_folder_out": str(FOLDER / "msg"),
    "control_folder": str(FOLDER / "control"),
    "polling_interval": 0.05,
}

app = Celery(
    "queue_app",
    broker=f"{TRANSPORT}://",
    broker_transport_options=OPTIONS,
    fixups=[],  # no Django: what is tested is the queue
)
app.conf.update(task_acks_late=True, worker_prefetch_multiplier=1, task_ignore_result=True)


@worker_init.connect
def recover(**_):
    if TRANSPORT == "safefs":
        fsqueue.recover(OPTIONS["data_folder_in"])


@app.task(name="work", shared=False)  # of this application only
def work(number: int, seconds: float) -> None:
    """Leave one empty file for each start and one for each end of the task."""
    (DONE / f"start-{number}").touch()
    time.sleep(seconds)
    (DONE / f"end-{number}").touch()
