"""Every table of the app as of 2026-11-22, in one step; towns that were there before have come the longer way."""

import django.db.models.deletion
from django.db import migrations, models

import lianxin.keys.ids
import lianxin.keys.relations


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('keys', '0001_initial'),
        ('keys', '0002_tries'),
    ]

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Town',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(help_text='行政区划代码 (GB/T 10114, nine digits)', max_length=12, unique=True)),
                ('letters', models.CharField(help_text='what its case numbers begin with', max_length=4, unique=True)),
                ('name', models.CharField(max_length=40)),
                ('name_en', models.CharField(blank=True, max_length=60)),
                ('county', models.CharField(blank=True, max_length=60)),
                ('host', models.CharField(blank=True, max_length=120, null=True, unique=True)),
                ('phone', models.CharField(blank=True, max_length=20)),
                ('is_demo', models.BooleanField(default=False)),
                ('anchor', models.DateTimeField(blank=True, help_text='demo: the moment its recorded figures hold for', null=True)),
                ('settings', models.JSONField(blank=True, default=dict)),
                ('config_version', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='NumberBlock',
            fields=[
                ('town', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='keys.town')),
                ('taken', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Once',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('scope', models.CharField(max_length=80)),
                ('key', models.CharField(max_length=120)),
                ('digest', models.CharField(max_length=64)),
                ('result', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('forever', models.BooleanField(default=False)),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'constraints': [lianxin.keys.relations.TownKey(name='once_key'), models.UniqueConstraint(fields=('town', 'scope', 'key'), name='once_per_key')],
            },
        ),
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
