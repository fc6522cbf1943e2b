"""The rules of the independent checker, one module for each kind. :mod:`routing.check` is the door.

Nothing here may be imported by a solver, and nothing here imports one.
"""
