"""The row by which django-plotly-dash knows the chart: made here once, so that first visitors do not race to make it."""

from django.db import migrations

NAME = "chart"


def register(apps, schema_editor):
    apps.get_model("django_plotly_dash", "StatelessApp").objects.get_or_create(app_name=NAME, defaults={"slug": NAME})


def forget(apps, schema_editor):
    apps.get_model("django_plotly_dash", "StatelessApp").objects.filter(app_name=NAME).delete()


class Migration(migrations.Migration):
    initial = True
    dependencies = [("django_plotly_dash", "0002_add_examples")]
    operations = [migrations.RunPython(register, forget)]
