"""Pages of cases and feedback."""
