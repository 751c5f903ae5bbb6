"""Everything at once: a nightly folder of compressed CSV files, with a manifest that says what they hold.

tables    the files: their columns, their rows, their licence
building  a whole folder, or none
serving   the manifest and the files, which can be fetched in pieces
"""
