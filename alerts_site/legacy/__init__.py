"""Taking over a database of the original tool.

reading   the four tables as they are, from any database that Django can read
understand rows into records, and a reason for each row that says nothing we could store (pure)
storing   records into ours, by the services that every other source goes through
report    what became of each row
"""
