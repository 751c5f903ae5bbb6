"""Where events are read from: one file for each source, and one line for it in `registry.IMPORTERS`."""
