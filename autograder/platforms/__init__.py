"""Makes what other systems need to grade with us: shards of a class, gradebook tables, packages and templates."""
