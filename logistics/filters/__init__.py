"""What the lists of this app may be asked."""
