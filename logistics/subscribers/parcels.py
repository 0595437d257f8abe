"""What tracking hears."""
