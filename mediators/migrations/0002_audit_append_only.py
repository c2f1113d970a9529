from django.db import migrations

from mediators.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("mediators", "0001_initial")]
    operations = [append_only("mediators_auditentry"), append_only("mediators_referenceversion")]
