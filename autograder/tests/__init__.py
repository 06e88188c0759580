"""The tests of the course. They read its sentences in English, whatever language the machine speaks."""

import os

os.environ["LANGUAGE"] = "C"
