"""The public tests of the second notebook, one file a part; students may read them."""
