"""Taking over a database of the original tool.

reading   the tables as they are, from any database that Django can read
understand rows into records, and a reason for each row that says nothing we could store (pure)
storing   counts and alerts into ours, by the services that every other source goes through
peaks     a peak as an alert, and which of two rows counts
words     notes, their reviews and reports, with authors and dates as they were
report    what became of each row
"""
