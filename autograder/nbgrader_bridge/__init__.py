"""Lets nbgrader use our engine: `nbgrader_config.py` names the parts, one module each."""
