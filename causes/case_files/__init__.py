"""What is asked of Wikimedia about one alert, once it is raised: its case file.

contents   what a case file holds, one entry for each part, and how it is asked for
fetching   a worker claims a file, asks for its parts and stores them
services   which alerts get a file, and when it is due
reading    from the stored parts to evidence
"""
