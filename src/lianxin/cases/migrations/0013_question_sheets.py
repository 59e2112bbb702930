"""The questions a category asks beside a report."""

import django.db.models.deletion
from django.db import migrations, models

import lianxin.keys.ids


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0012_reply_texts'),
        ('keys', '0002_tries'),
    ]

    operations = [
        migrations.CreateModel(
            name='QuestionSheet',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField()),
                ('source', models.TextField()),
                ('published_at', models.DateTimeField()),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.category')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('town', 'category', 'version'), name='one_question_sheet')],
            },
        ),
    ]
