from django.db import migrations, models

import portail.accounts.models


def fill_keys(apps, schema_editor):
    for user in apps.get_model("accounts", "User").objects.all():
        user.username_key = portail.accounts.models.username_key(user.username)
        user.email = user.email.lower()
        user.save(update_fields=["username_key", "email"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="user", name="user_username_unique"),
        migrations.RemoveConstraint(model_name="user", name="user_email_unique"),
        migrations.AddField(
            model_name="user",
            name="username_key",
            field=models.CharField(default="", editable=False, max_length=180),
            preserve_default=False,
        ),
        migrations.RunPython(fill_keys, migrations.RunPython.noop),
        migrations.AddField(
            model_name="user",
            name="sign_up_id",
            field=models.UUIDField(blank=True, editable=False, null=True, unique=True, verbose_name="Inscription"),
        ),
        migrations.AddField(
            model_name="user",
            name="references",
            field=models.JSONField(
                blank=True, editable=False, null=True, verbose_name="Références données à l'inscription"
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="new_email",
            field=models.EmailField(
                blank=True, default="", max_length=254, verbose_name="Nouvelle adresse à confirmer"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="user",
            name="new_email_sent_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="Confirmation envoyée le"),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                fields=("username_key",),
                name="user_username_unique",
                violation_error_message="Ce nom d'utilisateur est déjà pris : choisissez-en un autre.",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                fields=("email",),
                name="user_email_unique",
                violation_error_message=(
                    "Cette adresse a déjà un compte : connectez-vous, ou demandez un nouveau mot de passe."
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(("activated_at", None)),
                fields=["activation_sent_at"],
                name="user_to_activate",
            ),
        ),
    ]
