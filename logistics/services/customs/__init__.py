"""Services of customs: reviews, declarations, the tables of the house, rule packs, completing of articles."""
