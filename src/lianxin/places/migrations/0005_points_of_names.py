from django.db import migrations, models


def as_points(apps, schema_editor):
    """Longitude and latitude become one point, as other places have it."""
    names = apps.get_model("places", "AddressName").objects.using(schema_editor.connection.alias)
    fresh = list(names.all())
    for name in fresh:
        name.point = [name.lon, name.lat]
    names.bulk_update(fresh, ["point"], batch_size=200)


class Migration(migrations.Migration):
    dependencies = [("places", "0004_service_points")]

    operations = [
        migrations.AddField("addressname", "point", models.JSONField(blank=True, null=True)),
        migrations.RunPython(as_points),
        migrations.RemoveField("addressname", "lon"),
        migrations.RemoveField("addressname", "lat"),
    ]
