"""How well events are matched to what stood out, and what a full calendar costs the pages."""
