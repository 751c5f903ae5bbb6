"""Our charts on other sites: pictures made on the server, a badge, a page for frames, and how programs find them.

palette  the colours of the stylesheet, light and dark
picture  a chart as one SVG document that stands alone
png      an SVG document as PNG
badge    the newest month in one line
edge     what all of these share: who may frame them, in which language, for how long they may be kept
views    the addresses
oembed   what a page that somebody links to looks like in a frame
"""
