"""Every table of the app as of 2026-11-22, in one step; towns that were there before have come the longer way."""

import django.db.models.deletion
from django.db import migrations, models

import lianxin.keys.ids
import lianxin.keys.relations


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('ledger', '0001_initial'),
        ('ledger', '0002_late'),
        ('ledger', '0003_texts_in_order'),
    ]

    dependencies = [
        ('keys', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('subject_kind', models.CharField(max_length=16)),
                ('subject_id', models.BigIntegerField()),
                ('seq', models.PositiveIntegerField()),
                ('act', models.CharField(max_length=40)),
                ('source', models.CharField(blank=True, max_length=32)),
                ('step', models.CharField(blank=True, max_length=32)),
                ('counts', models.CharField(blank=True, max_length=24)),
                ('late', models.BooleanField(default=False)),
                ('account_id', models.BigIntegerField(null=True)),
                ('post_id', models.BigIntegerField(null=True)),
                ('at', models.DateTimeField()),
                ('data', models.JSONField(default=dict)),
                ('prev', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('seal_id', models.BigIntegerField(null=True)),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'indexes': [models.Index(fields=['town', 'at'], name='entry_at'), models.Index(condition=models.Q(('seal_id', None)), fields=['town', 'id'], name='entry_unsealed'), models.Index(condition=models.Q(('counts', ''), _negated=True), fields=['town', 'counts', 'at'], name='entry_counts'), models.Index(condition=models.Q(('late', True)), fields=['town', 'at'], name='entry_late')],
                'constraints': [lianxin.keys.relations.TownKey(name='entry_key'), models.UniqueConstraint(fields=('town', 'subject_kind', 'subject_id', 'seq'), name='entry_per_seq')],
            },
        ),
        migrations.CreateModel(
            name='Head',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('subject_kind', models.CharField(max_length=16)),
                ('subject_id', models.BigIntegerField()),
                ('seq', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'constraints': [lianxin.keys.relations.TownKey(name='head_key'), models.UniqueConstraint(fields=('town', 'subject_kind', 'subject_id'), name='one_head')],
            },
        ),
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('count', models.PositiveIntegerField()),
                ('root', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('prev', models.CharField(max_length=64)),
                ('mac', models.CharField(max_length=64)),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'constraints': [lianxin.keys.relations.TownKey(name='seal_key'), models.UniqueConstraint(fields=('town', 'number'), name='seal_per_number')],
            },
        ),
        migrations.CreateModel(
            name='Text',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('entry_id', models.BigIntegerField()),
                ('subject_id', models.BigIntegerField()),
                ('field', models.CharField(max_length=24)),
                ('body', models.TextField()),
                ('key', models.CharField(max_length=32)),
                ('erased_at', models.DateTimeField(null=True)),
                ('entry', lianxin.keys.relations.ToInTown(column='entry_id', on_delete=django.db.models.deletion.DO_NOTHING, related_name='texts', serialize=False, to='ledger.entry')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'indexes': [models.Index(fields=['town', 'subject_id', 'id'], name='text_subject')],
                'constraints': [lianxin.keys.relations.TownKey(name='text_key'), lianxin.keys.relations.TownForeignKey(column='entry_id', name='text_entry', on_delete='', to='ledger_entry'), models.UniqueConstraint(fields=('town', 'entry_id', 'field'), name='text_per_field')],
            },
        ),
    ]
