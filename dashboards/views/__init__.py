"""The public pages. Each module is one kind of page; none of them writes."""
