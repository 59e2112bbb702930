"""Every table of the app as of 2026-11-22, in one step; towns that were there before have come the longer way."""

import django.db.models.deletion
from django.db import migrations, models

import lianxin.keys.ids
import lianxin.keys.relations
import lianxin.people.cipher

# The search index over case texts, which is no model's table: FTS5 on SQLite, a tsvector under GIN on PostgreSQL.
SEARCH = {
    "sqlite": ["CREATE VIRTUAL TABLE cases_search USING fts5(town_id UNINDEXED, tokens, detail=none)"],
    "postgresql": [
        "CREATE TABLE cases_search (town_id bigint NOT NULL, case_id bigint NOT NULL, tokens tsvector NOT NULL, "
        "PRIMARY KEY (town_id, case_id))",  # no foreign key: emptying the database's tables does not know this one
        "CREATE INDEX cases_search_tokens ON cases_search USING gin (tokens)",
    ],
}


def make_search(apps, schema_editor):
    for statement in SEARCH[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop_search(apps, schema_editor):
    schema_editor.execute("DROP TABLE cases_search")


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('cases', '0001_initial'),
        ('cases', '0002_search'),
        ('cases', '0003_search_by_town'),
        ('cases', '0004_reporter_phone_tail'),
        ('cases', '0005_duty_of_workflow'),
        ('cases', '0006_rows_of_case_in_order'),
        ('cases', '0007_saved_views'),
        ('cases', '0008_presence'),
        ('cases', '0009_check_ins'),
        ('cases', '0010_check_ins_at_sites'),
        ('cases', '0011_batches'),
        ('cases', '0012_reply_texts'),
        ('cases', '0013_question_sheets'),
        ('cases', '0014_follow_ups'),
    ]

    dependencies = [
        ('forms', '0001_squashed'),
        ('keys', '0001_squashed'),
        ('people', '0001_squashed'),
        ('places', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=40)),
                ('code', models.CharField(blank=True, max_length=20)),
                ('name', models.CharField(max_length=60)),
                ('name_en', models.CharField(blank=True, max_length=80)),
                ('line', models.CharField(blank=True, max_length=20)),
                ('urgency', models.CharField(default='normal', max_length=12)),
                ('limits', models.JSONField(default=dict, help_text='{"handle": "3 working_days"}')),
                ('words', models.JSONField(default=list)),
                ('order', models.PositiveSmallIntegerField(default=0)),
                ('active', models.BooleanField(default=True)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='cases.category')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('town', 'key'), name='category_per_key')],
            },
        ),
        migrations.CreateModel(
            name='WorkflowVersion',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key', models.SlugField(max_length=24)),
                ('version', models.PositiveIntegerField()),
                ('source', models.TextField()),
                ('published_at', models.DateTimeField()),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('town', 'key', 'version'), name='one_workflow_version')],
            },
        ),
        migrations.CreateModel(
            name='Clause',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key', models.SlugField(max_length=24)),
                ('name', models.JSONField(default=dict)),
                ('text', models.JSONField(default=dict)),
                ('appeal', models.JSONField(default=dict)),
                ('hint', models.JSONField(default=list)),
                ('order', models.PositiveSmallIntegerField(default=0)),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('town', 'key'), name='clause_per_key')],
            },
        ),
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
            options={
                'indexes': [models.Index(condition=models.Q(('unit__isnull', False)), fields=['town', 'unit'], name='saved_view_of_unit')],
                'constraints': [lianxin.keys.relations.TownKey(name='saved_view_key'), models.UniqueConstraint(fields=('town', 'post', 'name'), name='saved_view_per_name')],
            },
        ),
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('act', models.CharField(max_length=40)),
                ('name', models.CharField(help_text='what the act was called to its maker', max_length=80)),
                ('lines', models.JSONField(default=list)),
                ('at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('post', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.post')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'indexes': [models.Index(fields=['town', 'at'], name='batch_at')],
                'constraints': [lianxin.keys.relations.TownKey(name='batch_key')],
            },
        ),
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
        migrations.CreateModel(
            name='ReplyText',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=40)),
                ('field', models.CharField(choices=[('answer', 'Answer'), ('reason', 'Reason'), ('note', 'Note')], default='answer', max_length=8)),
                ('body', models.TextField()),
                ('phase', models.CharField(blank=True, max_length=12)),
                ('active', models.BooleanField(default=True)),
                ('category', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.category')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
                ('unit', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit')),
            ],
            options={
                'indexes': [models.Index(fields=['town', 'active'], name='reply_of_town')],
            },
        ),
        migrations.CreateModel(
            name='Route',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('hours', models.CharField(choices=[('any', 'Any'), ('work', 'Work'), ('off', 'Off')], default='any', max_length=4)),
                ('level', models.CharField(blank=True, choices=[('', 'None'), ('grid', 'Grid'), ('village', 'Village')], default='', max_length=8)),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.category')),
                ('grid', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='places.grid')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.unit')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('unit__isnull', False), models.Q(('level', ''), _negated=True), _connector='XOR'), name='route_unit_or_level')],
            },
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=12)),
                ('kind', models.SlugField(db_index=False, max_length=24)),
                ('step', models.CharField(max_length=32)),
                ('version', models.PositiveIntegerField(default=0)),
                ('head', models.CharField(max_length=64)),
                ('title', models.CharField(max_length=120)),
                ('urgency', models.CharField(default='normal', max_length=12)),
                ('channel', models.CharField(max_length=16)),
                ('lon', models.FloatField(null=True)),
                ('lat', models.FloatField(null=True)),
                ('address', models.CharField(blank=True, max_length=200)),
                ('happened_at', models.DateTimeField(null=True)),
                ('recorded_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('state', models.JSONField(default=dict)),
                ('parent_id', models.BigIntegerField(null=True)),
                ('answers', models.JSONField(default=dict)),
                ('grid', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.grid')),
                ('parent', lianxin.keys.relations.ToInTown(column='parent_id', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='children', serialize=False, to='cases.case')),
                ('post', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
                ('unit', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit')),
                ('category', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.category')),
                ('workflow', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.workflowversion')),
            ],
            options={
                'indexes': [models.Index(fields=['town', 'recorded_at'], name='case_recorded'), models.Index(fields=['town', 'closed_at'], name='case_closed'), models.Index(fields=['town', 'step', 'due_at'], name='case_step_due'), models.Index(fields=['town', 'grid', 'recorded_at'], name='case_grid'), models.Index(fields=['town', 'unit', 'due_at'], name='case_unit'), models.Index(condition=models.Q(('parent_id__isnull', False)), fields=['town', 'parent_id', 'id'], name='case_children'), models.Index(fields=['town', 'lat', 'lon'], name='case_place')],
                'constraints': [lianxin.keys.relations.TownKey(name='case_key'), lianxin.keys.relations.TownForeignKey(column='parent_id', name='case_parent', on_delete='', to='cases_case'), models.UniqueConstraint(fields=('town', 'number'), name='case_number')],
            },
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
            options={
                'constraints': [lianxin.keys.relations.TownKey(name='first_view_key'), lianxin.keys.relations.TownForeignKey(column='view_id', name='first_view_of', on_delete='ON DELETE CASCADE', to='cases_savedview'), models.UniqueConstraint(fields=('town', 'post'), name='first_view_per_post')],
            },
        ),
        migrations.CreateModel(
            name='CheckIn',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('case_id', models.BigIntegerField(null=True)),
                ('site_id', models.BigIntegerField(null=True)),
                ('at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('place', lianxin.people.cipher.Personal(blank=True)),
                ('accuracy', models.PositiveIntegerField(null=True)),
                ('case', lianxin.keys.relations.ToInTown(column='case_id', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='check_ins', serialize=False, to='cases.case')),
                ('grid', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.grid')),
                ('post', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('site', lianxin.keys.relations.ToInTown(column='site_id', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', serialize=False, to='places.site')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'indexes': [models.Index(fields=['town', 'case_id', 'id'], name='check_in_of_case'), models.Index(condition=models.Q(('case_id__isnull', True)), fields=['town', 'grid', 'at'], name='check_in_grid'), models.Index(condition=models.Q(('site_id__isnull', False)), fields=['town', 'site_id', 'at'], name='check_in_site')],
                'constraints': [lianxin.keys.relations.TownKey(name='check_in_key'), lianxin.keys.relations.TownForeignKey(column='case_id', name='check_in_case', on_delete='ON DELETE CASCADE', to='cases_case'), lianxin.keys.relations.TownForeignKey(column='site_id', name='check_in_of_site', on_delete='', to='places_site')],
            },
        ),
        migrations.CreateModel(
            name='Duty',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('case_id', models.BigIntegerField()),
                ('what', models.CharField(max_length=24)),
                ('step', models.CharField(max_length=32)),
                ('who', models.CharField(max_length=32)),
                ('opened_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('soon_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('swept', models.BooleanField(default=False)),
                ('workflow_id', models.BigIntegerField()),
                ('paused', models.BooleanField(default=False)),
                ('case', lianxin.keys.relations.ToInTown(column='case_id', on_delete=django.db.models.deletion.DO_NOTHING, related_name='duties', serialize=False, to='cases.case')),
                ('post', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit')),
            ],
            options={
                'indexes': [models.Index(fields=['town', 'case_id', 'id'], name='duty_of_case'), models.Index(condition=models.Q(('done_at', None)), fields=['town', 'unit', 'due_at'], name='duty_of_unit'), models.Index(condition=models.Q(('done_at', None)), fields=['town', 'post', 'due_at'], name='duty_of_post'), models.Index(condition=models.Q(('done_at', None)), fields=['town', 'due_at'], name='duty_due'), models.Index(condition=models.Q(('done_at', None)), fields=['town', 'what', 'workflow_id', 'step', 'paused', 'due_at', 'soon_at', 'case_id', 'done_at'], name='duty_open')],
                'constraints': [lianxin.keys.relations.TownKey(name='duty_key'), lianxin.keys.relations.TownForeignKey(column='case_id', name='duty_case', on_delete='ON DELETE CASCADE', to='cases_case')],
            },
        ),
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('case_id', models.BigIntegerField()),
                ('on', models.DateField()),
                ('note', lianxin.people.cipher.Personal(blank=True)),
                ('at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('done_by_id', models.BigIntegerField(help_text='the post that pressed', null=True)),
                ('case', lianxin.keys.relations.ToInTown(column='case_id', on_delete=django.db.models.deletion.DO_NOTHING, related_name='follow_ups', serialize=False, to='cases.case')),
                ('post', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('done_at', None)), fields=['town', 'unit', 'on'], name='follow_up_of_unit'), models.Index(fields=['town', 'case_id', 'id'], name='follow_up_of_case')],
                'constraints': [lianxin.keys.relations.TownKey(name='follow_up_key'), lianxin.keys.relations.TownForeignKey(column='case_id', name='follow_up_case', on_delete='ON DELETE CASCADE', to='cases_case')],
            },
        ),
        migrations.CreateModel(
            name='Photo',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('case_id', models.BigIntegerField()),
                ('entry_id', models.BigIntegerField()),
                ('file_id', models.BigIntegerField()),
                ('moment', models.CharField(max_length=8)),
                ('at', models.DateTimeField()),
                ('case', lianxin.keys.relations.ToInTown(column='case_id', on_delete=django.db.models.deletion.DO_NOTHING, related_name='photos', serialize=False, to='cases.case')),
                ('file', lianxin.keys.relations.ToInTown(column='file_id', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', serialize=False, to='forms.file')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'indexes': [models.Index(fields=['town', 'case_id', 'id'], name='photo_of_case')],
                'constraints': [lianxin.keys.relations.TownKey(name='photo_key'), lianxin.keys.relations.TownForeignKey(column='case_id', name='photo_case', on_delete='ON DELETE CASCADE', to='cases_case'), lianxin.keys.relations.TownForeignKey(column='file_id', name='photo_file', on_delete='', to='forms_file')],
            },
        ),
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
            options={
                'indexes': [models.Index(fields=['town', 'case_id'], name='presence_at_case')],
                'constraints': [lianxin.keys.relations.TownKey(name='presence_key'), lianxin.keys.relations.TownForeignKey(column='case_id', name='presence_case', on_delete='ON DELETE CASCADE', to='cases_case'), models.UniqueConstraint(fields=('town', 'post'), name='presence_of_post')],
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('case_id', models.BigIntegerField()),
                ('state', models.CharField(choices=[('published', 'Published'), ('withheld', 'Withheld')], max_length=12)),
                ('title', models.CharField(max_length=120)),
                ('text', models.TextField(blank=True)),
                ('answer', models.TextField(blank=True)),
                ('place', models.CharField(blank=True, max_length=120)),
                ('photos', models.JSONField(default=list, help_text="ids of the case's photos chosen for the public")),
                ('checked_by', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('case', lianxin.keys.relations.ToInTown(column='case_id', on_delete=django.db.models.deletion.DO_NOTHING, related_name='publications', serialize=False, to='cases.case')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'indexes': [models.Index(fields=['town', 'state', 'at'], name='publication_at')],
                'constraints': [lianxin.keys.relations.TownKey(name='publication_key'), lianxin.keys.relations.TownForeignKey(column='case_id', name='publication_case', on_delete='ON DELETE CASCADE', to='cases_case'), models.UniqueConstraint(fields=('town', 'case_id'), name='one_publication')],
            },
        ),
        migrations.CreateModel(
            name='Reporter',
            fields=[
                ('id', models.BigIntegerField(default=lianxin.keys.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('case_id', models.BigIntegerField()),
                ('account_id', models.BigIntegerField(null=True)),
                ('name', lianxin.people.cipher.Personal(blank=True)),
                ('phone', lianxin.people.cipher.Personal(blank=True)),
                ('phone_blind', models.CharField(blank=True, max_length=32)),
                ('phone_tail', models.CharField(blank=True, max_length=32)),
                ('public_consent', models.BooleanField(default=False)),
                ('first', models.BooleanField(default=True)),
                ('at', models.DateTimeField()),
                ('rating', models.PositiveSmallIntegerField(null=True)),
                ('case', lianxin.keys.relations.ToInTown(column='case_id', on_delete=django.db.models.deletion.DO_NOTHING, related_name='reporters', serialize=False, to='cases.case')),
                ('town', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='keys.town')),
            ],
            options={
                'indexes': [models.Index(fields=['town', 'case_id', 'id'], name='reporter_of_case'), models.Index(condition=models.Q(('phone_blind', ''), _negated=True), fields=['town', 'phone_blind'], name='reporter_phone'), models.Index(condition=models.Q(('phone_tail', ''), _negated=True), fields=['town', 'phone_tail'], name='reporter_phone_tail')],
                'constraints': [lianxin.keys.relations.TownKey(name='reporter_key'), lianxin.keys.relations.TownForeignKey(column='case_id', name='reporter_case', on_delete='ON DELETE CASCADE', to='cases_case')],
            },
        ),
        migrations.RunPython(make_search, drop_search),
    ]
