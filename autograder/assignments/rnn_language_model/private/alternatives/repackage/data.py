"""The old `.data`; map over the pair."""


def repackage(state):
    try:
        return state.data
    except AttributeError:
        return tuple(map(lambda part: part.data, state))
