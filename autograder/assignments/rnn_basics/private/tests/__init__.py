"""The hidden tests of the first notebook, one file a part, and the mistakes they must see."""
