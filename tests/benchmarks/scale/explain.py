"""How MariaDB answers the queries that indexes were made for: with the index, and without."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from django.db import connection

SLICE = "editor_type = 'all-editor-types' AND page_type = 'content'"
# Name, statement with {hint} after the table, index that it is about.
QUERIES: tuple[tuple[str, str, str], ...] = (
    (
        "How many projects reported each month (overview, month)",
        f"SELECT month, COUNT(*) FROM edit_counts {{hint}} WHERE {SLICE} GROUP BY month",
        "edit_counts_slice",
    ),
    (
        "All counts of ten years (judging)",
        f"SELECT project_id, month, edit_count FROM edit_counts {{hint}} WHERE {SLICE} "
        "AND month BETWEEN '2015-01-01' AND '2024-12-01'",
        "edit_counts_slice",
    ),
    (
        "First month of each project (overview)",
        f"SELECT project_id, MIN(month) FROM edit_counts {{hint}} WHERE {SLICE} GROUP BY project_id",
        "edit_counts_key",
    ),
    (
        "What is stored of five projects in the last three months (storing)",
        "SELECT project_id, month, edit_count FROM edit_counts {hint} WHERE project_id IN (501, 502, 503, 504, 505) "
        f"AND {SLICE} AND month BETWEEN '2025-10-01' AND '2025-12-01'",
        "edit_counts_key",
    ),
    (
        "Newest month of each series (status)",
        "SELECT project_id, page_type, editor_type, MAX(month) FROM edit_counts {hint} GROUP BY 1, 2, 3",
        "edit_counts_key",
    ),
    (
        "Newest hundred counts (admin)",
        "SELECT * FROM edit_counts {hint} ORDER BY month DESC, id DESC LIMIT 100",
        "edit_counts_month",
    ),
    (
        "Newest hundred outcomes (admin)",
        "SELECT * FROM fetch_outcomes {hint} ORDER BY updated_at DESC, id DESC LIMIT 100",
        "fetch_outcomes_when",
    ),
    (
        "Newest fifty alerts that are new (admin)",
        "SELECT * FROM community_alerts {hint} WHERE status = 'new' ORDER BY month DESC, rarity DESC, id LIMIT 50",
        "community_alerts_queue",
    ),
)


def plans() -> Iterator[dict[str, Any]]:
    """For each query its plan and its time, with and without the index."""
    for name, statement, index in QUERIES:
        for hint in ("", f"IGNORE INDEX ({index})"):
            sql = statement.format(hint=hint)
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}")
                columns = [column[0] for column in cursor.description]
                plan = dict(zip(columns, cursor.fetchone(), strict=True))
                started = time.perf_counter()
                cursor.execute(sql)
                cursor.fetchall()
                seconds = time.perf_counter() - started
            yield {
                "query": name,
                "without": index if hint else "",
                "key": plan["key"],
                "rows": plan["rows"],
                "extra": plan["Extra"],
                "seconds": seconds,
            }
