"""Every table of the app as of 2026-11-22, in one step; towns that were there before have come the longer way."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import lianxin.keys.ids
import lianxin.keys.relations
import lianxin.people.cipher


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('people', '0001_initial'),
        ('people', '0002_phone_codes'),
        ('people', '0003_unit_active'),
        ('people', '0004_representatives_and_lines'),
        ('people', '0005_leaves_and_turns'),
    ]

    dependencies = [
        ('keys', '0001_squashed'),
        ('places', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='PhoneCode',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('phone', lianxin.people.cipher.Personal()),
                ('phone_blind', models.CharField(max_length=32, unique=True)),
                ('digest', models.CharField(max_length=32)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('until', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('username', models.CharField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('phone', lianxin.people.cipher.Personal(blank=True)),
                ('proven', models.CharField(blank=True, help_text='digest of the telephone whose code was shown', max_length=32)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('proven', ''), _negated=True), fields=('proven',), name='account_per_phone')],
            },
        ),
        migrations.CreateModel(
            name='CentreHousehold',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('phone', lianxin.people.cipher.Personal(blank=True)),
                ('address', models.CharField(blank=True, max_length=120)),
                ('members', models.PositiveSmallIntegerField(default=0)),
                ('grid', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='centre_households', to='places.grid')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=80)),
                ('name_en', models.CharField(blank=True, max_length=120)),
                ('line', models.CharField(blank=True, max_length=20)),
                ('desk_of', models.JSONField(default=list, help_text='roles whose turn falls to this unit when nobody else is named')),
                ('hours', models.JSONField(blank=True, help_text="its own working week; empty: the town's", null=True)),
                ('phone', models.CharField(blank=True, max_length=30)),
                ('active', models.BooleanField(default=True)),
                ('grid', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.grid')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('town', 'key'), name='unit_per_key')],
            },
        ),
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key', models.SlugField(max_length=24)),
                ('name', models.JSONField(default=dict)),
                ('sees', models.CharField(choices=[('town', 'Town'), ('grid', 'Grid'), ('unit', 'Unit'), ('own', 'Own')], max_length=8)),
                ('confidential', models.JSONField(default=list)),
                ('may', models.JSONField(default=list)),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('town', 'key'), name='role_per_key')],
            },
        ),
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('hours', models.JSONField(default=list)),
                ('name', models.CharField(blank=True, max_length=40)),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('town', 'day'), name='calendar_per_day')],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(blank=True, max_length=60)),
                ('basis', models.CharField(choices=[('full', '专职'), ('part', '兼职'), ('volunteer', '义务')], default='full', max_length=10)),
                ('languages', models.CharField(blank=True, max_length=80)),
                ('starts', models.DateField(blank=True, null=True)),
                ('ends', models.DateField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to=settings.AUTH_USER_MODEL)),
                ('grid', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='places.grid')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.role')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='people.unit')),
            ],
            options={
                'indexes': [models.Index(fields=['town', 'unit'], name='post_unit')],
            },
        ),
        migrations.CreateModel(
            name='PartyGroup',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('members', models.PositiveSmallIntegerField(default=0)),
                ('grid', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='party_groups', to='places.grid')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
                ('leader', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('digest', models.CharField(max_length=64)),
                ('scopes', models.JSONField(default=list)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('used_at', models.DateTimeField(null=True)),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='people.post')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'constraints': [lianxin.keys.relations.TownKey(name='token_key'), models.UniqueConstraint(fields=('town', 'digest'), name='token_per_digest')],
            },
        ),
        migrations.CreateModel(
            name='Turn',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('starts', models.DateTimeField()),
                ('ends', models.DateTimeField()),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('ends__gt', models.F('starts'))), name='turn_runs_forward')],
            },
        ),
        migrations.CreateModel(
            name='LineService',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('line', models.CharField(choices=[('党建', 'Party building'), ('政法综治', 'Law and order'), ('民政', 'Civil affairs'), ('公安', 'Police'), ('城管', 'City management'), ('信访', 'Petitions'), ('市场监管', 'Market supervision'), ('卫生健康', 'Health')], max_length=8)),
                ('grid', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.grid')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
                ('post', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('town', 'grid', 'line'), name='service_per_grid_and_line'), models.CheckConstraint(condition=models.Q(('unit__isnull', False), ('post__isnull', False), _connector='XOR'), name='service_unit_or_post')],
            },
        ),
        migrations.CreateModel(
            name='Leave',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('note', models.CharField(blank=True, max_length=200)),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('stand_in', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('last__gte', models.F('first'))), name='leave_runs_forward')],
            },
        ),
        migrations.CreateModel(
            name='Representative',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(blank=True, max_length=60)),
                ('phone', lianxin.people.cipher.Personal(blank=True)),
                ('title', models.CharField(blank=True, max_length=40)),
                ('doors', models.CharField(blank=True, max_length=200)),
                ('grid', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.grid')),
                ('post', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('town', 'grid'), name='representative_per_grid')],
            },
        ),
    ]
