"""What moved: pure arithmetic on the parts of a count. Arrays in, arrays out; no Django, no clock, no I/O.

All arrays are **alerts x cells** (one row for each alert), so that many alerts cost about as much as one.
"""
