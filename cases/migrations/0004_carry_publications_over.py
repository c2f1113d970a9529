"""A published book becomes a publication; parties get what they are found by: key and time."""

from django.db import migrations
from django.db.models import OuterRef, Subquery

from mediators.identity import name_key

BATCH = 2000


def publications(apps, schema_editor):
    book = apps.get_model("cases", "RuleBook")
    publication = apps.get_model("cases", "Publication")
    published = book.objects.exclude(published_at=None).order_by("version")
    publication.objects.bulk_create(
        publication(rule_book=one, at=one.published_at) for one in published
    )


def name_keys(apps, schema_editor):
    party = apps.get_model("cases", "Party")
    rows = party.objects.filter(name_key="").order_by("pk")
    while batch := list(rows.only("pk", "name")[:BATCH]):
        for one in batch:
            one.name_key = name_key(one.name) or "-"
        party.objects.bulk_update(batch, ["name_key"])


def times(apps, schema_editor):
    case, party = apps.get_model("cases", "Case"), apps.get_model("cases", "Party")
    of_case = case.objects.filter(pk=OuterRef("case")).values("filed_at")
    party.objects.update(filed_at=Subquery(of_case))


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_routing_and_duplicates")]

    operations = [
        migrations.RunPython(publications, migrations.RunPython.noop),
        migrations.RunPython(name_keys, migrations.RunPython.noop),
        migrations.RunPython(times, migrations.RunPython.noop),
    ]
