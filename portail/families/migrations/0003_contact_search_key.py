from django.db import migrations, models

from portail.core.text import plain


def fill(apps, schema_editor):
    contacts = apps.get_model("families", "ChildContact")
    for contact in contacts.objects.all():
        contact.search_key = plain(contact.name)[:130]
        contact.save(update_fields=["search_key"])


class Migration(migrations.Migration):
    dependencies = [("families", "0002_answered_requests")]

    operations = [
        migrations.AddField(
            model_name="childcontact",
            name="search_key",
            field=models.CharField(default="", editable=False, max_length=130),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
