"""Streets: an OpenStreetMap extract read into a graph, travel times and metres over it, and paths along it.

``osm`` reads and ``graph`` holds; ``snap`` puts positions on streets; ``matrix`` and ``geometry`` travel.
Bytes come in and data goes out: nothing here opens a file or a connection.
"""
