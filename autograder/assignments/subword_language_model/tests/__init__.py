"""The public tests of the third notebook, one file a part; students may read them."""
