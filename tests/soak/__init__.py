"""Everything at once, for some minutes: `python -m tests.soak --minutes 10` (make soak).

weather      what goes wrong: Wikimedia misbehaves and revises, processes and servers die
people       who is there: readers, and two moderators in real browsers
report       what must be true at the end, and what happened meanwhile
"""
