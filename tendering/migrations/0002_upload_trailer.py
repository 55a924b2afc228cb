from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tendering", "0001_initial")]

    operations = [
        migrations.AddField(model_name="upload", name="trailer", field=models.BinaryField(default=bytes)),
    ]
