from django.db import migrations, models

import lianxin.keys.ids
import lianxin.people.cipher


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PhoneCode",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("phone", lianxin.people.cipher.Personal()),
                ("phone_blind", models.CharField(max_length=32, unique=True)),
                ("digest", models.CharField(max_length=32)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("until", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.AddField(
            model_name="account",
            name="proven",
            field=models.CharField(
                blank=True, default="", help_text="digest of the telephone whose code was shown", max_length=32
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                condition=models.Q(("proven", ""), _negated=True), fields=("proven",), name="account_per_phone"
            ),
        ),
    ]
