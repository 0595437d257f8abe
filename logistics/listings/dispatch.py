"""Lists of notes, numbers, batches, services and approval rules."""
