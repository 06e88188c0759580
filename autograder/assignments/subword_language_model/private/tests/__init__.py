"""The hidden tests of the third notebook, one file a part, and the mistakes they must see."""
