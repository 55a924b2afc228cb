from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tendering", "0006_timers_moved_on_by_suspensions"),
    ]

    operations = [
        migrations.AddField(
            model_name="bid",
            name="withdrawal",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
