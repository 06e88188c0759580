"""Cells with magics and shell lines become plain Python with the same line numbers."""

import pytest

from autograder.student.core.ipython_syntax import plain_python


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("x = 1", "x = 1"),
        ("", ""),
        ("\n\n", "\n\n"),
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install torch\nx = 1", "pass\nx = 1"),
        ("!echo 'it is\nx = 1", "pass\nx = 1"),
        ("!pip install \\\n  torch\nx = 1", "pass\n\nx = 1"),
        ("if True:\n    %cd /\n    !ls", "if True:\n    pass\n    pass"),
        ("files = !ls\nfiles", "files = None\nfiles"),
        ("here = %pwd", "here = None"),
        ("torch.nn?", "pass"),
        ("?torch", "pass"),
        ("len??\nx = 1", "pass\nx = 1"),
        ("%time y = f(2)", "y = f(2)"),
        ("%timeit f(2)", "pass"),
        ("%%time\nx = 1", "\nx = 1"),
        ("\n%%capture out\nx = 1", "\n\nx = 1"),
        ("%%time\n%%capture\nx = 1", "\n\nx = 1"),
        ("%%time", ""),
        ("x = (7\n% 4)", "x = (7\n% 4)"),
        ("s = '''\n%magic\n!shell\n'''", "s = '''\n%magic\n!shell\n'''"),
        ("s = '''\n%magic\n'''\n%matplotlib inline", "s = '''\n%magic\n'''\npass"),
        ("print('50%') # really?", "print('50%') # really?"),
    ],
)
def test_python_is_left(source: str, plain: str) -> None:
    """Magics do nothing, bodies of timing magics stay, and strings and operators are left alone."""
    assert plain_python(source) == plain


@pytest.mark.parametrize(
    "source", ["%%bash\nrm -rf /", "%%html\n<b>x</b>", "%%writefile x.py\nx = 1", "%%javascript\n1"]
)
def test_other_languages_are_skipped(source: str) -> None:
    """A cell in another language is not run."""
    assert plain_python(source) is None


@pytest.mark.parametrize("source", ["x = = 1", "def f(:\n  pass", "%magic\nx = = 1", "x = 'open"])
def test_real_errors_stay(source: str) -> None:
    """A mistake of the student's is still there, so that she is told."""
    plain = plain_python(source)
    assert plain is not None
    with pytest.raises(SyntaxError):
        compile(plain, "cell", "exec")
