"""Services that fill databases: a demonstration, or figures for measurements."""
