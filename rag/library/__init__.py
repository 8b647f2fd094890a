"""Essays are kept: the database is the truth, everything else can be rebuilt from it."""
