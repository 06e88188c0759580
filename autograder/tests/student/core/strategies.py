"""What hypothesis draws where bytes of unknown origin are read."""

from __future__ import annotations

from hypothesis import strategies as st

# Anything that JSON can say, some of it looking like the dtype of a tensor.
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["F32", "I64"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
