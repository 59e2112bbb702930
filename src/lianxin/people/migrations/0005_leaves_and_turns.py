import django.db.models.deletion
from django.db import migrations, models

import lianxin.keys.ids

KEY = {"default": lianxin.keys.ids.new_id, "editable": False, "primary_key": True, "serialize": False}
TO = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+"}


class Migration(migrations.Migration):
    dependencies = [("keys", "0002_tries"), ("people", "0004_representatives_and_lines")]

    operations = [
        migrations.CreateModel(
            name="Leave",
            fields=[
                ("id", models.BigIntegerField(**KEY)),
                ("first", models.DateField()),
                ("last", models.DateField()),
                ("note", models.CharField(blank=True, max_length=200)),
                ("post", models.ForeignKey(to="people.post", **TO)),
                ("stand_in", models.ForeignKey(blank=True, null=True, to="people.post", **TO)),
                ("town", models.ForeignKey(to="keys.town", **TO)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("last__gte", models.F("first"))), name="leave_runs_forward")],
            },
        ),
        migrations.CreateModel(
            name="Turn",
            fields=[
                ("id", models.BigIntegerField(**KEY)),
                ("starts", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("post", models.ForeignKey(to="people.post", **TO)),
                ("town", models.ForeignKey(to="keys.town", **TO)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("ends__gt", models.F("starts"))), name="turn_runs_forward")],
            },
        ),
    ]
