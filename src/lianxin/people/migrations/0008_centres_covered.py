from django.db import migrations, models

import lianxin.people.cipher
from lianxin.people.cipher import decrypt, encrypt

COVERED = ("name", "address")


def _each(apps, convert):
    for row in apps.get_model("people", "CentreHousehold").objects.all():
        for column in COVERED:
            setattr(row, column, convert(getattr(row, column)))
        row.save(update_fields=COVERED)


def cover(apps, _editor):
    """Encrypt what stood readable."""
    _each(apps, encrypt)


def uncover(apps, _editor):
    """As it was before."""
    _each(apps, decrypt)


class Migration(migrations.Migration):
    dependencies = [("people", "0007_first_passwords")]

    operations = [
        migrations.AlterField("centrehousehold", "name", models.TextField()),
        migrations.AlterField("centrehousehold", "address", models.TextField(blank=True)),
        migrations.RunPython(cover, uncover),
        migrations.AlterField("centrehousehold", "name", lianxin.people.cipher.Personal()),
        migrations.AlterField("centrehousehold", "address", lianxin.people.cipher.Personal(blank=True)),
    ]
