from django.db import migrations

from mediators.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("scoring", "0001_initial")]
    operations = [append_only("scoring_pointentry")]
