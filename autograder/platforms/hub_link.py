"""Makes the link by which nbgitpuller brings notebooks to a student's home on a JupyterHub."""

from __future__ import annotations

from urllib.parse import quote, urlencode


def pull_link(repository: str, hub: str, branch: str = "main", notebook: str = "") -> str:
    """The link by which nbgitpuller brings a repository to a student's home on a JupyterHub, and opens it there.

    >>> pull_link("https://github.com/course/rnn.git", "https://hub.example.org", notebook="rnn_basics.ipynb")[-55:]
    'branch=main&urlpath=lab%2Ftree%2Frnn%2Frnn_basics.ipynb'
    """
    name = repository.rstrip("/").rpartition("/")[2].removesuffix(".git")
    opened = "/".join(["lab/tree", name, *([notebook] if notebook else [])])
    query = urlencode({"repo": repository, "branch": branch, "urlpath": opened}, quote_via=quote, safe="")
    return f"{hub.rstrip('/')}/hub/user-redirect/git-pull?{query}"
