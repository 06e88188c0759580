"""What other systems need in order to grade with us: shards of a class, gradebook tables, packages and templates."""
