"""Who was on leave until a day is on leave up to that day: no first day was kept.

Dispatchers and leaders enter the admin from this release on, where the rules of routing are.
"""

import datetime as dt

from django.db import migrations

LONG_AGO = dt.date(2020, 1, 1)


def carry_over(apps, schema_editor):
    mediator = apps.get_model("mediators", "Mediator")
    leave = apps.get_model("mediators", "Leave")
    leave.objects.bulk_create(
        leave(mediator_id=pk, first_day=min(LONG_AGO, until), last_day=until)
        for pk, until in mediator.objects.exclude(away_until=None).values_list("pk", "away_until")
    )


def let_in(apps, schema_editor):
    user = apps.get_model("mediators", "User")
    user.objects.filter(role__in=["dispatcher", "leader"]).update(is_staff=True)


class Migration(migrations.Migration):
    dependencies = [("mediators", "0003_leave_relations_languages_share")]

    operations = [
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.RunPython(let_in, migrations.RunPython.noop),
    ]
