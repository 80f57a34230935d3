"""Writes a notebook without what running it has left: a filter that git applies to what is committed.

It reads the notebook from standard input. What is no notebook, such as one with marks of a conflict, stays as it is.
"""

import json
import sys

KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
"""Metadata that a notebook has on every machine."""


def stripped(data: bytes) -> bytes:
    """A notebook with the sources of its cells and their tags, in the form in which JupyterLab writes files."""
    try:
        notebook = json.loads(data)
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"]).splitlines(keepends=True)
            cell["metadata"] = {"tags": tags} if (tags := cell["metadata"].get("tags")) else {}
            if cell["cell_type"] == "code":
                cell |= {"outputs": [], "execution_count": None}
        notebook["metadata"] = KERNEL
    except (ValueError, KeyError, TypeError, AttributeError):
        return data
    return (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


if __name__ == "__main__":
    sys.stdout.buffer.write(stripped(sys.stdin.buffer.read()))
