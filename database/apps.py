from django.apps import AppConfig
from django.db.backends.signals import connection_created

from database.like import teach_sqlite


class DatabaseConfig(AppConfig):
    """Fields, upsert and transactions that behave the same on SQLite and MariaDB; no models of its own."""

    name = "database"

    def ready(self) -> None:
        connection_created.connect(teach_sqlite, dispatch_uid="database.like")
