from django.db import migrations


class Migration(migrations.Migration):
    """Digests made without a key could be guessed back to what somebody sent: they go; their keys still answer."""

    dependencies = [("keys", "0002_tries")]

    operations = [migrations.RunSQL("UPDATE keys_once SET digest = ''", migrations.RunSQL.noop)]
