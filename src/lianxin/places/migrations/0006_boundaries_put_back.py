from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("places", "0005_points_of_names")]

    operations = [
        migrations.AlterField(
            model_name="formerboundary",
            name="how",
            field=models.CharField(
                choices=[("redrawn", "Redrawn"), ("imported", "Imported"), ("restored", "Put back")], max_length=8
            ),
        ),
    ]
