"""Recorded data: a folder of figures that were fetched once, stored through the same door as a live fetch."""
