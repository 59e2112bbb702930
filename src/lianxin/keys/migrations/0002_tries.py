

import django.db.models.deletion
from django.db import migrations, models

import lianxin.keys.ids
import lianxin.keys.relations


class Migration(migrations.Migration):

    dependencies = [
        ('keys', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Tries',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('scope', models.CharField(max_length=40)),
                ('who', models.CharField(max_length=64)),
                ('window_no', models.BigIntegerField()),
                ('count', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'constraints': [lianxin.keys.relations.TownKey(name='tries_key'), models.UniqueConstraint(fields=('town', 'scope', 'who', 'window_no'), name='tries_per_window')],
            },
        ),
    ]
