"""The page a student reads: complete, in words, and harmless whatever a submission holds."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.reports import markup
from autograder.reports.feedback import ByHand, feedback_file, feedback_page, write_feedback
from autograder.reports.labels import task_word
from autograder.student.core.notebook import parse_notebook
from autograder.student.core.results import CurvePoint, Similar, TaskResult
from autograder.tests.reports import samples
from autograder.tests.reports.pages import Page

HOSTILE = [
    "<script>alert(1)</script>",
    "</pre></code></main></body></html><script src=https://example.org/x.js></script>",
    "</style><style>body{background:url(https://example.org/x)}</style>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><a href=javascript:alert(1)>x</a></svg>",
    "[x](javascript:alert(1)) [y](JaVaScRiPt:alert(1)) [z](data:text/html;base64,PHNjcmlwdD4=) <javascript:alert(1)>",
    "[x](vbscript:x) [y](file:///etc/passwd) [z](//example.org) [w](&#106;avascript:alert(1))",
    "![x](https://example.org/pixel.png) ![y](data:image/svg+xml;base64,PHN2Zz4=) ![z](attachment:a.png)",
    "[![x](https://example.org/p.png)](https://example.org 'a\" onclick=\"alert(1)')",
    "[ref]\n\n[ref]: javascript:alert(1)",
    r"$\text{<script>alert(1)</script>}$ $\href{javascript:alert(1)}{x}$ $\style{background:url(//x)}{x}$",
    r"$$\color{red;background:url(//x)}{x} \text{&lt;script&gt;alert(1)&lt;/script&gt;}$$ $\mathrm{</math><script>}$",
    r"$\def\a{\a\a}\a$ $\newcommand{\b}{\b\b}\b$ $" + "{" * 900 + "$",
    '```python\n</code></pre><script>alert(1)</script>\n```\n\n```html"><script>\nx\n```',
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "\x00\x01\x1b[31mred\x1b[0m \u202eevil\u202c \u2066x \ufeff \x9b31m",
    "\ud800 lone surrogate",
    "x" * 100_000,
    "`" * 5_000,
    "> " * 3_000 + "deep",
    "[" * 5_000,
    "*a **b " * 2_000,
    '"' * 3_000 + "'''" * 1_000,
    "<details><summary>a</summary>\n<script>alert(1)</script></details>\n</details>\n</details>\n</div></main>",
    "<details><summary>x\n" * 900 + "<details><summary>x</summary>\n" * 900,
    "&#60;script&#62;alert(1)&#60;/script&#62; &lt;b&gt;",
]
ALLOWED_TAG = re.compile(
    "html|head|meta|title|style|body|header|p|h[1-6]|bdi|span|b|section|ul|ol|li|dl|div|dt|dd|nav|a|code|pre|main"
    "|aside|details|summary|svg|rect|em|strong|blockquote|table|thead|tbody|tr|th|td|hr|br"
    "|math|mrow|mi|mn|mo|mtext|msub|msup|msubsup|mstyle|mspace|mfrac"
)


def hostile_page(text: str) -> str:
    """The page of a submission that has this text wherever it can put one."""
    tests = tuple(
        replace(test, title=text, message=text, hints=(text, text)) for test in samples.tasks()[1].tests
    )
    result = replace(
        samples.result(student=text, assignment=text),
        repairs=(text,),
        metrics={text: 1.0},
        tasks=(TaskResult(text, "partial", 1.0, 2.0, tests), *samples.tasks()[2:]),
    )
    cells = [
        samples.cell("markdown", text, ""),
        samples.cell("raw", text, ""),
        samples.cell("code", text, text, solution=True),
        samples.cell("code", f"x = 1  # {text}", "", locked=True),
    ]
    outcomes = [("ok", text, text)] * len(cells)
    by_hand = ByHand(1.0, 2.0, points={text: (1.0, 2.0)}, comments={text: text, "elsewhere": text})
    return feedback_page(result, parse_notebook({"cells": cells}), outcomes, by_hand)


def assert_harmless(source: str) -> None:
    page = Page(source)
    assert not [tag for tag, _ in page.elements if not ALLOWED_TAG.fullmatch(tag)]
    assert page.closed.count("body") == page.closed.count("style") == page.closed.count("main") == 1
    for tag, attributes in page.elements:
        assert not [
            name for name in attributes if name.startswith("on") or name in ("style", "src", "srcdoc")
        ], tag
        if "href" in attributes:
            assert re.match(r"#task-|https?://|mailto:", attributes["href"]), attributes
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", source)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_text(text: str) -> None:
    """Whatever a submission writes wherever it can, no element, attribute or address of its own is on the page."""
    assert_harmless(hostile_page(text))


@given(st.text(alphabet="<>&\"'`$[]()!\\{}:/#|*_-= \nabcjrsit\u202e", max_size=60))
def test_any_text_stays_text(text: str) -> None:
    """Markdown, code and inline text made of the special characters give only elements that are allowed."""
    source = (
        f"<main><style></style>{markup.markdown(text)}{markup.code(text)}{markup.inline(text)}</main></body>"
    )
    assert_harmless(source)


def test_policy_allows_exactly_one_style_sheet() -> None:
    """The policy forbids everything but the style sheet with this hash, so an injected style would not apply."""
    page = Page(feedback_page(samples.result(), samples.notebook(), samples.outcomes()))
    (meta,) = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert "default-src 'none'" in meta["content"]
    assert f"style-src 'sha256-{digest}';" in meta["content"]
    assert "unsafe" not in meta["content"]
    assert "url(" not in page.style
    assert "@import" not in page.style


def test_every_state_has_its_words_and_points() -> None:
    """Every task is on the page once with a card, a link to it, its state in words and its points."""
    page = Page(feedback_page(samples.result(), samples.notebook(), samples.outcomes()))
    for task in samples.tasks():
        assert len(list(page.all("section", id=f"task-{task.name}"))) == 1
        assert len(list(page.all("a", href=f"#task-{task.name}"))) == 1
        assert task_word(task.status) in page.text
    assert "3.33 / 20" in page.text
    assert "1.33 / 2" in page.text


def test_what_is_not_right_comes_first() -> None:
    """Each with the first test that fails, its message and a question; then what is right, then the notebook."""
    text = Page(feedback_page(samples.result(), samples.notebook(), samples.outcomes())).text
    parts = text[text.index("Not right yet") :]
    listed, rest = parts[: parts.index("Measured")].split("Right ", 1)
    assert listed.index("rnn_step") < listed.index("rnn_forward") < listed.index("find_cell")
    assert "rnn_step(...)[0, 1] is -0.31" in listed
    assert "which of its two sides meets the old state?" in listed
    assert "float32 stays float32" not in listed  # the second test that fails
    assert "1 more of its tests does not pass." in listed
    assert "Nothing written, or not found: gru_step (3), masked_mean (1)" in listed
    assert rest.startswith("pad_batch (2)")


def test_all_right_has_nothing_to_put_first() -> None:
    """No empty list, and no heading over it."""
    done = tuple(replace(task, status="passed", score=task.max_score, tests=()) for task in samples.tasks())
    assert "Not right yet" not in Page(feedback_page(replace(samples.result(), tasks=done))).text


def test_a_recorded_learning_curve_is_drawn_and_told() -> None:
    """A picture, its words for those who do not see it, and that it gives no points; without a curve nothing of it."""
    points = tuple(CurvePoint(1000 * at, 900.0 / at, 950.0 / at) for at in range(1, 10))
    page = Page(feedback_page(replace(samples.result(), curve=points)))
    [drawn] = page.all("svg", **{"class": "curve"})
    assert "perplexity on the validation text 950.0 after 1,000 tokens of training" in drawn["aria-label"]
    assert "at best 105.6" in drawn["aria-label"]
    assert len(list(page.all("polyline"))) == 2
    assert "The points come from the hidden text alone." in page.text
    assert "Learning curve" not in Page(feedback_page(samples.result())).text


def test_messages_and_hints_are_shown() -> None:
    """A failed test shows its message and first hint; the other hints are folded; a repair is told in words."""
    source = feedback_page(samples.result(), samples.notebook(), samples.outcomes())
    page = Page(source)
    failed = samples.tasks()[1].tests[1]
    assert "rnn_step(...)[0, 1] is -0.31, expected 0.7616" in page.text
    first, second = (hint.replace("`", "") for hint in failed.hints)
    folded = Page(
        source[source.index('<details class="more">') : source.index("</details>", source.index('"more"'))]
    )
    assert page.text.count(first) == 2  # at the top, and beside the answer
    assert first not in folded.text
    assert second in folded.text
    assert "stood twice" in page.text


def test_what_is_not_for_students_is_not_shown() -> None:
    """Seed, integrity notes, mistakes' ids, who resembles whom, the names of tests and check cells are not on it."""
    result = replace(
        samples.result(), similar=(Similar("mallory", 0.97, {"rnn_step": 0.9}, ("rnn_step: A12",)),)
    )
    page = Page(feedback_page(result, samples.notebook(), samples.outcomes()))
    for secret in ("20261122", "was edited", "A12", "mallory", "0.97", "test_values", 'check("rnn_step")'):
        assert secret not in page.text


def test_output_is_what_a_terminal_shows_in_the_end() -> None:
    """Colour codes go, an overwritten progress line keeps its last state, the error stands below."""
    page = Page(feedback_page(samples.result(), samples.notebook(), samples.outcomes()))
    assert "my own 100%" in page.text
    assert "50%" not in page.text
    assert "ZeroDivisionError: division by zero" in page.text


def test_long_output_is_cut_and_says_so() -> None:
    """An output of a million characters leaves a small page that says how much is missing."""
    notebook = parse_notebook({"cells": [samples.cell("code", "print()", "")]})
    source = feedback_page(samples.result(), notebook, [("ok", None, "y" * 1_000_000)])
    assert len(source) < 100_000
    assert f"{1_000_000 - markup.MAX_OUTPUT} more characters are not shown." in source


def test_formulas_become_mathml() -> None:
    """A formula is shown as MathML, not as its source."""
    source = str(markup.markdown(r"$$h_t = \tanh(W_{xh} x_t)$$"))
    assert "<msub><mi>h</mi><mi>t</mi></msub>" in source
    assert 'display="block"' in source


def test_introduction_is_folded_but_not_what_the_student_wrote() -> None:
    """What came with the notebook before the first task's heading is folded; a student's own cell is not."""
    before = [
        samples.cell("markdown", "# Title", "title", locked=True),
        samples.cell("markdown", "## First task", "first", locked=True),
        samples.cell("code", "def pad_batch(): return 1", "pad_batch", solution=True),
    ]
    own = samples.cell("code", "mine = 1", "")
    folded = feedback_page(samples.result(), parse_notebook({"cells": before}))
    introduction = folded.split('class="introduction"')[1].split("</details>")[0]
    assert "Title" in introduction
    assert "First task" in folded
    assert "First task" not in introduction
    first = feedback_page(samples.result(), parse_notebook({"cells": [own, *before]}))
    assert 'class="introduction"' not in first


def test_folded_answers_stay_folded() -> None:
    """The one form of HTML that our notebooks use is kept, with Markdown inside; any other stays text."""
    source = str(
        markup.markdown("a\n\n<details><summary>Compare</summary>\n\n`ids` is (3, 4)\n\n</details>\n\nb")
    )
    assert '<details class="folded"><summary>Compare</summary><p><code>ids</code> is (3, 4)</p>' in source
    assert source.endswith("</details><p>b</p>\n")
    for text in (
        "<details open onclick=x><summary>c</summary>\nd\n</details>",
        "<details><summary>c</summary>\nd",
    ):
        assert "<details" not in str(markup.markdown(text))


def test_a_model_answer_is_folded_below_the_students_own_and_only_where_it_is_wanted() -> None:
    """Below the question that it answers; a page without it has none of its words."""
    notebook = parse_notebook({"cells": [samples.cell("markdown", "Because.", "why", solution=True)]})
    page = feedback_page(
        samples.result(), notebook, model_answers={"why": "By the *gate*.", "gone": "Nothing."}
    )
    assert (
        '<summary>A model answer</summary><div class="prose" dir="auto"><p>By the <em>gate</em>.</p>' in page
    )
    assert page.index("Because.") < page.index("A model answer")
    assert "Nothing." not in page
    assert "model answer" not in feedback_page(samples.result(), notebook)


def test_ungradable_says_what_to_do() -> None:
    """A submission that could not be graded gets a page with the reason and the next steps, and no mark."""
    page = Page(feedback_page(samples.ungradable()))
    assert "it is not JSON (line 3)" in page.text
    assert "Hand it in again" in page.text
    assert "0 / 20" not in page.text


def test_what_a_person_added_stands_where_it_belongs() -> None:
    """Points and comments beside their cells, a changed task with what it had been, the penalty at the top."""
    added = ByHand(
        score=5.5,
        max_score=24.0,
        comments={"rnn_step": "Nearly.", "a cell that is gone": "See me."},
        changed={"rnn_step": 0.5},
        late_penalty=1.5,
        points={"why": (1.5, 2.0), "what": (2.0, 2.0)},
        extra=0.5,
    )
    page = Page(feedback_page(samples.result(), samples.notebook(), samples.outcomes(), added))
    assert "5.5 / 24 points" in page.text
    assert "Taken off because it was handed in late: 1.5." in page.text
    assert "the grader had given 0.5." in page.text
    assert "Answers in words: 3.5 of 4 points, given by a person." in page.text
    assert "Extra credit, in the points above: 0.5." in page.text
    assert page.text.count("Nearly.") == page.text.count("See me.") == 1
    assert page.text.index("See me.") < page.text.index("def rnn_step") < page.text.index("Nearly.")


def test_a_person_can_mark_what_could_not_be_graded() -> None:
    """Then the page has a mark, and still says what was wrong."""
    page = Page(feedback_page(samples.ungradable(), by_hand=ByHand(4.0, 20.0)))
    assert "4 / 20 points" in page.text
    assert "it is not JSON (line 3)" in page.text


def test_files_are_named_for_every_student(tmp_path: Path) -> None:
    """A student's name cannot lead out of the folder, and two students never share a file."""
    names = ["ada", "../ada", "..", ".", "", "a/b", "a_b", "김철수", "x" * 300, "x" * 301, "CON:", "\ud800"]
    files = [feedback_file(samples.result(student=name)) for name in names]
    assert len(set(files)) == len(names)
    for name in files:
        assert len(Path(name).parts) == 3
        assert len(Path(name).name) < 100
    assert files[0].endswith("/ada.html")
    for name in names:
        path = tmp_path / feedback_file(samples.result(student=name))
        assert write_feedback(samples.result(student=name), None, None, path).read_text(encoding="utf-8")


def test_same_result_gives_same_bytes() -> None:
    """Two pages of the same result are equal."""
    one, two = (feedback_page(samples.result(), samples.notebook(), samples.outcomes()) for _ in range(2))
    assert one == two
