from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("mediators", "0004_carry_leave_over")]

    operations = [migrations.RemoveField(model_name="mediator", name="away_until")]
