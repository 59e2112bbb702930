"""Every table of the app as of 2026-11-22, in one step; towns that were there before have come the longer way."""

import django.db.models.deletion
from django.db import migrations, models

import lianxin.keys.ids
import lianxin.keys.relations
import lianxin.people.cipher


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('notices', '0001_initial'),
        ('notices', '0002_read_messages'),
        ('notices', '0003_subscriptions'),
        ('notices', '0004_published_requests'),
    ]

    dependencies = [
        ('keys', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('unit_id', models.BigIntegerField(null=True)),
                ('post_id', models.BigIntegerField(null=True)),
                ('reporter_id', models.BigIntegerField(null=True)),
                ('case_id', models.BigIntegerField(null=True)),
                ('act', models.CharField(max_length=40)),
                ('duty', models.CharField(blank=True, max_length=24)),
                ('at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('read_at', None)), fields=['town', 'post_id', 'at'], name='message_post'), models.Index(condition=models.Q(('read_at', None)), fields=['town', 'unit_id', 'at'], name='message_unit'), models.Index(condition=models.Q(('post_id__isnull', False)), fields=['town', 'post_id', 'id'], name='message_of_post'), models.Index(condition=models.Q(('post_id', None), ('unit_id__isnull', False)), fields=['town', 'unit_id', 'id'], name='message_of_unit')],
                'constraints': [lianxin.keys.relations.TownKey(name='message_key')],
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('way', models.CharField(max_length=8)),
                ('address', lianxin.people.cipher.Personal()),
                ('address_blind', models.CharField(max_length=32)),
                ('about', models.CharField(choices=[('area', 'Area'), ('case', 'Case'), ('shown', 'Shown')], max_length=8)),
                ('grid_id', models.BigIntegerField(null=True)),
                ('category_id', models.BigIntegerField(null=True)),
                ('reporter_id', models.BigIntegerField(null=True)),
                ('case_id', models.BigIntegerField(null=True)),
                ('language', models.CharField(max_length=8)),
                ('site', models.CharField(help_text='where its links lead: scheme and host', max_length=120)),
                ('at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('told_at', models.DateTimeField(null=True)),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'indexes': [models.Index(fields=['town', 'address_blind'], name='subscription_address'), models.Index(condition=models.Q(('reporter_id__isnull', False)), fields=['town', 'reporter_id'], name='subscription_reporter'), models.Index(fields=['town', 'about', 'told_at'], name='subscription_told'), models.Index(condition=models.Q(('case_id__isnull', False)), fields=['town', 'case_id'], name='subscription_shown')],
                'constraints': [lianxin.keys.relations.TownKey(name='subscription_key')],
            },
        ),
    ]
