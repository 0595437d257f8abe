"""What dispatch hears."""
