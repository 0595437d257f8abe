"""A PDF of somebody else, read in a process of its own (see core.apart): is it one, how many pages, how large.

The request is the file as it came. One answer: ``pages`` with their number, or ``refused`` with a code.
"""

from __future__ import annotations

import sys

from core.apart import limit, say

MEMORY, SECONDS = 500 * 1024 * 1024, 10
MOST_PAGES = 3
#: No side of a page is longer than that of A4 (millimetres, with some tolerance).
LONGEST_MM = 300


def main() -> int:
    """Serve one request."""
    limit(memory=MEMORY, seconds=SECONDS, file_bytes=0)
    import pypdfium2  # in the limited process only

    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
        sizes = [tuple(x / 72 * 25.4 for x in page.get_size()) for page in document]
        for page in document:
            page.render(scale=0.5)  # what cannot be drawn is found here
    except Exception:  # whatever a foreign file does to its reader
        say("refused", code="unreadable")
        return 0
    if not 0 < len(sizes) <= MOST_PAGES or any(max(size) > LONGEST_MM or min(size) < 20 for size in sizes):
        say("refused", code="odd_size")
        return 0
    say("pages", count=len(sizes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
