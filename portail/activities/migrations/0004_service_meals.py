"""A service says whether a meal is served; those drawn as a meal until now do."""

from django.db import migrations, models


def drawn_as_meals(apps, schema_editor):
    apps.get_model("activities", "Service").objects.filter(icon="meal").update(serves_meal=True)


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0003_regulation_draft"),
    ]

    operations = [
        migrations.AddField(
            model_name="service",
            name="serves_meal",
            field=models.BooleanField(
                default=False,
                help_text="La cuisine le compte pour chaque enfant réservé, sauf absence signalée.",
                verbose_name="Un repas est servi",
            ),
        ),
        migrations.RunPython(drawn_as_meals, migrations.RunPython.noop),
    ]
