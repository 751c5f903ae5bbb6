"""From "which months should exist and are missing or due for revision?" to stored counts.

plan      which targets are due, and which months to ask of each (reads)
published what the answers prove: counts, confirmed zeros, and what stays missing (pure)
claims    one worker at a time for each target; attempts are counted before the work starts
work      ask, store and record one chunk, in one transaction
runs      opening, heartbeat and end of a run; the sweep
services  what tasks and the admin call; foreground is for the commands
"""
