"""Writing articles, channel SKUs and what they stand for."""
