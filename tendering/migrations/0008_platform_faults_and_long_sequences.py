from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tendering", "0007_bid_withdrawal"),
    ]

    operations = [
        migrations.AddField(
            model_name="bid",
            name="fault_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="bid",
            name="sequence",
            field=models.PositiveBigIntegerField(),
        ),
        migrations.AlterField(
            model_name="upload",
            name="sequence",
            field=models.PositiveBigIntegerField(),
        ),
    ]
