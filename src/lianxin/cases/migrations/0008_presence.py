"""Who has which case open just now."""

import django.db.models.deletion
from django.db import migrations, models

import lianxin.keys.ids
import lianxin.keys.relations


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0007_saved_views'),
        ('keys', '0002_tries'),
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('case_id', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('case', lianxin.keys.relations.ToInTown(column='case_id', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', serialize=False, to='cases.case')),
                ('post', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.post')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
        ),
        migrations.AddIndex(
            model_name='presence',
            index=models.Index(fields=['town', 'case_id'], name='presence_at_case'),
        ),
        migrations.AddConstraint(
            model_name='presence',
            constraint=lianxin.keys.relations.TownKey(name='presence_key'),
        ),
        migrations.AddConstraint(
            model_name='presence',
            constraint=lianxin.keys.relations.TownForeignKey(column='case_id', name='presence_case', on_delete='ON DELETE CASCADE', to='cases_case'),
        ),
        migrations.AddConstraint(
            model_name='presence',
            constraint=models.UniqueConstraint(fields=('town', 'post'), name='presence_of_post'),
        ),
    ]
