"""Makes the hand-in: a clean run of the notebook, warnings on what seems forgotten, and the zip."""
