"""Reads of customs: the rules of a day, parcels as the check sees them, gaps."""
