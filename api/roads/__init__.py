"""Where travel times come from: the built-in streets, an OSRM or Valhalla server over HTTP, or straight lines.

All stand behind ``source.RoadSource``; ``choose`` picks one from a setting.
"""
