"""Tool calls that a model wrote as text, because its server did not read them (quirk Q28).

One module per way of writing; `formats` is the table of them. `splitter` takes a reply apart while it comes.
"""
