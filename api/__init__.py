"""What others build on: the API, charts for their pages, and all data at once.

v1          the operations by resource, and the API object that serves them
parameters  what may stand in an address, and how a wrong value is answered
schemas     what the answers hold, with units
paging      pages of a list that hold still while rows are added
problems    errors as RFC 9457 has them
views       the page about the API, with examples and their answers
embeds      charts on other sites: pictures, frames, a badge, oEmbed
dump        everything as files, each night
tokens      by which moderators' scripts write; writing: how such an operation is declared
edge        what every answer shares: who may read it from where, how often, and for how long it may be kept
"""
