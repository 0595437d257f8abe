"""The label of the pretend carrier: a PDF of one page, 100 x 150 mm, with the number as Code 128."""

from __future__ import annotations

DOT = 72 / 203  # one dot of a label printer, in points
WIDTH, HEIGHT = 283.46, 425.2


def label_pdf(number: str, country: str, reference: str) -> bytes:
    """A whole PDF, written by hand: rectangles and a standard font, nothing else."""
    from barcode import Code128  # brings a drawing library along: only who draws loads it

    wide, at, drawn = 3 * DOT, 20.0, []
    for bit in Code128(number).build()[0]:
        if bit == "1":
            drawn.append(f"{at:.3f} 90 {wide:.3f} 80 re")
        at += wide
    texts = [
        (24, 380, 16, "PRETEND CARRIER"),
        (24, 330, 28, country),
        (24, 300, 11, f"Ref. {reference}"),
        (60, 70, 14, number),
    ]
    words = "".join(f"BT /F1 {size} Tf {x} {y} Td ({_escaped(text)}) Tj ET\n" for x, y, size, text in texts)
    stream = (f"0 g\n{' '.join(drawn)} f\n{words}2 w 10 10 263 405 re S\n").encode("latin-1", "replace")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>".encode(),
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold>>",
    ]
    made, places = b"%PDF-1.4\n", []
    for index, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (index, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + b"xref\n0 6\n0000000000 65535 f \n%strailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        len(made),
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
