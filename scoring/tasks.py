"""Thin Celery doors of scoring."""

from celery import shared_task
from django.utils import timezone

from scoring import periods


@shared_task
def close_due_months() -> int:
    return len(periods.close_due(timezone.localdate()))
