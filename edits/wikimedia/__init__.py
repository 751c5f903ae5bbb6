"""The only place that speaks HTTP: it asks Wikimedia politely, checks what comes back and hands out records.

No Django here but in `factory`, which reads the settings. Nothing here knows the database.
"""
