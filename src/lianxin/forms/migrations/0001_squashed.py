"""Every table of the app as of 2026-11-22, in one step; towns that were there before have come the longer way."""

import django.db.models.deletion
from django.db import migrations, models

import lianxin.keys.ids
import lianxin.keys.relations


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('forms', '0001_initial'),
        ('forms', '0002_covers'),
    ]

    dependencies = [
        ('keys', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='File',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64)),
                ('size', models.PositiveIntegerField()),
                ('width', models.PositiveSmallIntegerField()),
                ('height', models.PositiveSmallIntegerField()),
                ('at', models.DateTimeField()),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'constraints': [lianxin.keys.relations.TownKey(name='file_key'), models.UniqueConstraint(fields=('town', 'digest'), name='file_per_digest')],
            },
        ),
        migrations.CreateModel(
            name='Cover',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64)),
                ('file_id', models.BigIntegerField()),
                ('areas', models.JSONField(default=list)),
                ('at', models.DateTimeField()),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
                ('file', lianxin.keys.relations.ToInTown(column='file_id', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', serialize=False, to='forms.file')),
            ],
            options={
                'constraints': [lianxin.keys.relations.TownKey(name='cover_key'), lianxin.keys.relations.TownForeignKey(column='file_id', name='cover_file', on_delete='', to='forms_file'), models.UniqueConstraint(fields=('town', 'digest'), name='one_cover')],
            },
        ),
    ]
