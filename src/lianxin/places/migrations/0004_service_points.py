import django.db.models.deletion
from django.db import migrations, models

import lianxin.keys.ids

TO = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+"}
KINDS = [
    ("party", "Party and mass service centre"), ("service", "Public service centre"), ("practice", "Civility practice station"),
    ("stop", "Rest stop"), ("pavilion", "Deliberation pavilion"), ("other", "Other service point"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("keys", "0002_tries"), ("places", "0003_former_boundaries")]

    operations = [
        migrations.CreateModel(
            name="ServicePoint",
            fields=[
                ("id", models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=40)),
                ("kind", models.CharField(choices=KINDS, max_length=10)),
                ("name", models.CharField(max_length=60)),
                ("address", models.CharField(blank=True, max_length=120)),
                ("point", models.JSONField(blank=True, null=True)),
                ("phone", models.CharField(blank=True, max_length=30)),
                ("hours", models.JSONField(blank=True, null=True)),
                ("services", models.JSONField(default=list)),
                ("active", models.BooleanField(default=True)),
                ("grid", models.ForeignKey(to="places.grid", **TO)),
                ("town", models.ForeignKey(to="keys.town", **TO)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("town", "key"), name="service_point_per_key")],
            },
        ),
    ]
