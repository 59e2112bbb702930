"""Filters of the inbox kept under a name, and the one an inbox opens with."""

import django.db.models.deletion
from django.db import migrations, models

import lianxin.keys.ids
import lianxin.keys.relations


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0006_rows_of_case_in_order'),
        ('keys', '0002_tries'),
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=24)),
                ('query', models.CharField(help_text="the filter as the inbox's own address writes it", max_length=400)),
                ('at', models.DateTimeField()),
                ('post', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.post')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
                ('unit', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.unit')),
            ],
        ),
        migrations.CreateModel(
            name='FirstView',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('view_id', models.BigIntegerField()),
                ('post', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.post')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
                ('view', lianxin.keys.relations.ToInTown(column='view_id', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', serialize=False, to='cases.savedview')),
            ],
        ),
        migrations.AddIndex(
            model_name='savedview',
            index=models.Index(condition=models.Q(('unit__isnull', False)), fields=['town', 'unit'], name='saved_view_of_unit'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=lianxin.keys.relations.TownKey(name='saved_view_key'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('town', 'post', 'name'), name='saved_view_per_name'),
        ),
        migrations.AddConstraint(
            model_name='firstview',
            constraint=lianxin.keys.relations.TownKey(name='first_view_key'),
        ),
        migrations.AddConstraint(
            model_name='firstview',
            constraint=lianxin.keys.relations.TownForeignKey(column='view_id', name='first_view_of', on_delete='ON DELETE CASCADE', to='cases_savedview'),
        ),
        migrations.AddConstraint(
            model_name='firstview',
            constraint=models.UniqueConstraint(fields=('town', 'post'), name='first_view_per_post'),
        ),
    ]
