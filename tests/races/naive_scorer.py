"""The planted fault: a scorer that marks an event as done, and writes its points afterwards."""

import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediation.settings")
django.setup()

from django.db.models import F  # noqa: E402
from django.utils import timezone  # noqa: E402

from cases.models import Budget, CaseEvent  # noqa: E402

while event := CaseEvent.objects.filter(relayed_at=None).order_by("id").first():
    CaseEvent.objects.filter(pk=event.pk).update(relayed_at=timezone.now())
    time.sleep(0.02)
    Budget.objects.filter(subject="naive points").update(count=F("count") + 2)
