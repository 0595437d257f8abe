"""Readers of files: CSV and workbooks become rows, rows become orders.

Everything here runs in a process of its own with limits on time, memory and size (``process.py`` is the door, ``worker.py``
the other side of it) and imports neither Django nor any table of ours: what a hostile file can reach is this package.
"""
