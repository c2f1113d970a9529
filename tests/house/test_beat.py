import inspect

import pytest
from django.conf import settings

from mediation.celery import app

SCHEDULE = settings.CELERY_BEAT_SCHEDULE
OURS = ("cases.", "scoring.", "mediators.", "mediation.")


@pytest.fixture(scope="module", autouse=True)
def _tasks_are_known():
    app.loader.import_default_modules()


@pytest.mark.parametrize("name", SCHEDULE)
def test_a_scheduled_task_exists_and_takes_what_the_schedule_gives(name):
    entry = SCHEDULE[name]
    task = app.tasks[entry["task"]]
    inspect.signature(task.run).bind(*entry.get("args", ()), **entry.get("kwargs", {}))


@pytest.mark.parametrize("name", SCHEDULE)
def test_the_schedule_is_a_time_and_not_a_zero(name):
    schedule = SCHEDULE[name]["schedule"]
    assert not isinstance(schedule, int | float) or schedule >= 1


def test_events_and_notices_are_swept_every_half_minute():
    swept = {entry["task"]: entry["schedule"] for entry in SCHEDULE.values()}
    assert swept["cases.tasks.relay_events"] <= 30
    assert swept["cases.tasks.send_notices"] <= 30


def test_every_task_that_nobody_wakes_is_on_the_schedule():
    tasks = {name for name in app.tasks if name.startswith(OURS)}
    assert tasks == {entry["task"] for entry in SCHEDULE.values()}


def test_a_task_takes_no_more_than_ids():
    for name, task in app.tasks.items():
        if name.startswith(OURS):
            kinds = {p.annotation for p in inspect.signature(task.run).parameters.values()}
            assert kinds <= {int, str}, name
