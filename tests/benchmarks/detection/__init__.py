"""How good and how fast the detectors are: `make bench-detection` (see __main__)."""
