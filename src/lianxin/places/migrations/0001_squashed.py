"""Every table of the app as of 2026-11-22, in one step; towns that were there before have come the longer way."""

import django.db.models.deletion
from django.db import migrations, models

import lianxin.keys.ids
import lianxin.keys.relations


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('places', '0001_initial'),
        ('places', '0002_sites'),
        ('places', '0003_former_boundaries'),
        ('places', '0004_service_points'),
    ]

    dependencies = [
        ('keys', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Grid',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('level', models.CharField(choices=[('town', 'Town'), ('village', 'Village'), ('grid', 'Grid'), ('micro', 'Micro-grid')], max_length=8)),
                ('code', models.CharField(help_text='county 6 + town 3 + village 3 + serial 3 (+ micro-grid 3)', max_length=18)),
                ('name', models.CharField(max_length=60)),
                ('path', models.CharField(help_text='ids from the root to this grid: /1/2/3/', max_length=120)),
                ('boundary', models.JSONField(blank=True, help_text='GeoJSON Polygon or MultiPolygon', null=True)),
                ('lon', models.FloatField(blank=True, null=True)),
                ('lat', models.FloatField(blank=True, null=True)),
                ('households', models.PositiveIntegerField(default=0)),
                ('population', models.PositiveIntegerField(default=0)),
                ('area_m2', models.FloatField(default=0)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, help_text='set when it has ended: its last day', null=True)),
                ('became', models.JSONField(blank=True, default=list, help_text='codes of the grids that took its ground over')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.grid')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'indexes': [models.Index(fields=['town', 'path'], name='grid_path')],
                'constraints': [models.UniqueConstraint(fields=('town', 'code'), name='grid_per_code')],
            },
        ),
        migrations.CreateModel(
            name='FormerBoundary',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('boundary', models.JSONField(help_text='GeoJSON Polygon or MultiPolygon', null=True)),
                ('area_m2', models.FloatField(default=0)),
                ('until', models.DateTimeField()),
                ('how', models.CharField(choices=[('redrawn', 'Redrawn'), ('imported', 'Imported')], max_length=8)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('change', models.BigIntegerField()),
                ('account_id', models.BigIntegerField(null=True)),
                ('post_id', models.BigIntegerField(null=True)),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
                ('grid', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.grid')),
            ],
            options={
                'indexes': [models.Index(fields=['town', 'grid', 'id'], name='boundary_of_grid'), models.Index(fields=['town', 'change'], name='boundary_of_change')],
                'constraints': [lianxin.keys.relations.TownKey(name='former_boundary_key')],
            },
        ),
        migrations.CreateModel(
            name='AddressName',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('kind', models.CharField(choices=[('village', 'Village'), ('road', 'Road'), ('compound', 'Compound or hamlet'), ('landmark', 'Landmark'), ('alias', 'What people also call it')], max_length=10)),
                ('lon', models.FloatField()),
                ('lat', models.FloatField()),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
                ('grid', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='places.grid')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('town', 'name', 'kind', 'grid'), name='address_per_name_and_grid')],
            },
        ),
        migrations.CreateModel(
            name='ServicePoint',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=40)),
                ('kind', models.CharField(choices=[('party', 'Party and mass service centre'), ('service', 'Public service centre'), ('practice', 'Civility practice station'), ('stop', 'Rest stop'), ('pavilion', 'Deliberation pavilion'), ('other', 'Other service point')], max_length=10)),
                ('name', models.CharField(max_length=60)),
                ('address', models.CharField(blank=True, max_length=120)),
                ('point', models.JSONField(blank=True, null=True)),
                ('phone', models.CharField(blank=True, max_length=30)),
                ('hours', models.JSONField(blank=True, null=True)),
                ('services', models.JSONField(default=list)),
                ('active', models.BooleanField(default=True)),
                ('grid', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.grid')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('town', 'key'), name='service_point_per_key')],
            },
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('compound', 'Compound or hamlet'), ('enterprise', 'Enterprise'), ('venue', 'Public place')], max_length=10)),
                ('code', models.CharField(help_text='social credit code, or code of a grid + - + three digits', max_length=22)),
                ('name', models.CharField(max_length=60)),
                ('address', models.CharField(blank=True, max_length=120)),
                ('lon', models.FloatField(blank=True, null=True)),
                ('lat', models.FloatField(blank=True, null=True)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, help_text='set when it has ended: its last day', null=True)),
                ('grid', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.grid')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'indexes': [models.Index(fields=['town', 'grid', 'code'], name='site_of_grid')],
                'constraints': [lianxin.keys.relations.TownKey(name='site_key'), models.UniqueConstraint(fields=('town', 'code'), name='site_per_code')],
            },
        ),
    ]
