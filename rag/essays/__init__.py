"""Files become essays: reading, structure, passages."""
