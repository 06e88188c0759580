"""Reads the surnames of several languages out of the installed package faker."""


def load_surnames() -> None: ...
