"""Lets the Unicode database take apart what is a syllable, and nothing else."""

import unicodedata


def hangul_to_jamo(text):
    return re.sub("[\uac00-\ud7a3]+", lambda run: unicodedata.normalize("NFD", run[0]), text)
