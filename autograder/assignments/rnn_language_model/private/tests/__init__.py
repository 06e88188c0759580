"""The hidden tests of the second notebook, one file a part, and the mistakes they must see."""
