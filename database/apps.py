from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    """Fields, upsert and transactions that behave the same on SQLite and MariaDB; no models of its own."""

    name = "database"
