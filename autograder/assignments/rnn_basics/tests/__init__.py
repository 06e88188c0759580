"""The public tests of the first notebook, one file a part; students may read them."""
