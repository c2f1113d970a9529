from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_carry_publications_over")]

    operations = [migrations.RemoveField(model_name="rulebook", name="published_at")]
