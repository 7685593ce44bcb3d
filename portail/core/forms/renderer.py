from django.forms.renderers import TemplatesSetting


class PortailRenderer(TemplatesSetting):
    """Every form and field of the product, drawn by the templates of core (docs/design.md)."""

    form_template_name = "core/forms/form.html"
    formset_template_name = "core/forms/formset.html"
    field_template_name = "core/forms/field.html"
