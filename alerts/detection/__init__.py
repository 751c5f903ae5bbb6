"""Detectors: arrays of counts in, verdicts out. No Django, no clock, no files, no network.

`registry` lists the methods, `types` holds the panel and the verdicts that they share.
"""
