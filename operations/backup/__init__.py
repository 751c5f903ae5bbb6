"""A copy of the whole database in one file, and the way back.

archive   the file: what the database's own program wrote, and a manifest that proves it whole
sqlite    dumping, loading beside and swapping a file
mariadb   the same for a database on a server
services  backup and restore, which the commands call
"""
