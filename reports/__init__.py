"""What managers read: daily figures, each opening the rows behind it."""
