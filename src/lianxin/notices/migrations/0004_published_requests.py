from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0003_subscriptions'),
    ]

    operations = [
        migrations.AddField(
            model_name='subscription',
            name='case_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='subscription',
            name='about',
            field=models.CharField(choices=[('area', 'Area'), ('case', 'Case'), ('shown', 'Shown')], max_length=8),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('case_id__isnull', False)), fields=['town', 'case_id'], name='subscription_shown'),
        ),
    ]
