"""What may be entered on the pages of this app."""
