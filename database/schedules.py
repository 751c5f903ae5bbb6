"""How often beat asks for a task, changed by a migration."""

from __future__ import annotations

from typing import Any

from django.db.migrations import RunPython

Every = tuple[int, str]  # a number, and a period of django-celery-beat: (20, "seconds")


def reschedule(task: str, *, old: Every, new: Every, expire_seconds: int | None) -> RunPython:
    """Ask for `task` every `new` where it is still every `old`: what an operator has changed stays.

    `expire_seconds`: after how long a message that no worker took is worth nothing, so that they do not pile up. Undone by the
    reverse migration. The migration depends on one of django_celery_beat.
    """

    def change(before: Every, after: Every, expires: int | None) -> Any:
        def run(apps: Any, _schema_editor: Any) -> None:
            intervals = apps.get_model("django_celery_beat", "IntervalSchedule").objects
            tasks = apps.get_model("django_celery_beat", "PeriodicTask").objects
            interval, _ = intervals.get_or_create(every=after[0], period=after[1])
            tasks.filter(task=task, interval__every=before[0], interval__period=before[1]).update(
                interval=interval, expire_seconds=expires
            )

        return run

    return RunPython(change(old, new, expire_seconds), change(new, old, None))
