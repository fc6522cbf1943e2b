"""Streets: an OpenStreetMap extract read into a graph, travel times and metres over it, paths along it, directions.

``osm`` reads (``truck`` judges tags, ``restrictions`` turns) and ``graph`` holds; ``profile`` is the truck; ``turns``
makes the graph that ``search`` searches; ``snap`` puts positions on streets; ``matrix``, ``legs``, ``geometry`` and
``directions`` travel. Bytes come in and data goes out: nothing here opens a file or a connection.
"""
