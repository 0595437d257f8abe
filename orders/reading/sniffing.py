"""What kind of file this is, in which encoding and with which separator: by content, never by the name."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from statistics import multimode
from typing import IO, cast

from orders.reading.errors import Refused
from orders.reading.plan import Limits

#: Encodings offered for correction; the first that fits is taken.
ENCODINGS = ("utf-8", "utf-16", "gb18030", "big5", "shift_jis", "euc-kr", "cp1251", "cp1252")
SEPARATORS = (",", ";", "\t", "|")
SAMPLE = 1 << 20
_BLOCK = 1 << 18


class Bounded(io.RawIOBase):
    """A stream that refuses to give more bytes than allowed: what was packed small may unpack to anything."""

    def __init__(self, source: IO[bytes], most: int):
        self.source, self.left = source, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self.source.read(min(len(buffer), _BLOCK))
        self.left -= len(data)
        if self.left < 0:
            raise Refused("too_large_unpacked")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self.source.close()
        super().close()


def file_type(path: Path, limits: Limits) -> str:
    """``csv``, ``csv.gz``, ``xlsx`` or ``xls``; refuses what is none of them."""
    with path.open("rb") as source:
        head = source.read(4096)
    if not head.strip(b"\x00\xff\xfe\xef\xbb\xbf \r\n\t"):
        raise Refused("empty")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _workbook(path, limits)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    if head.startswith(b"\x1f\x8b"):
        return "csv.gz"
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml", b"<meta")):
        raise Refused("web_page")
    if start.startswith(
        (b"%pdf", b"\x89png", b"gif8", b"\xff\xd8\xff", b"rar!", b"7z\xbc\xaf", b"{\\rtf", b"\x7felf", b"mz\x90")
    ):
        raise Refused("not_a_table")
    return "csv"


def _workbook(path: Path, limits: Limits) -> str:
    """A zip is a workbook, and small enough when unpacked, or refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refused("broken_workbook") from None
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise Refused("archive")
    if len(entries) > 2000 or sum(entry.file_size for entry in entries) > limits.workbook_bytes:
        raise Refused("workbook_too_large", most=limits.workbook_bytes // 1024 // 1024)
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("password")
    return "xlsx"


def open_bytes(path: Path, kind: str, limits: Limits) -> io.BufferedReader:
    """The bytes of a CSV, unpacked, never more than allowed."""
    source = cast(IO[bytes], gzip.open(path, "rb") if kind == "csv.gz" else path.open("rb"))  # noqa: SIM115  closed with the stream
    return io.BufferedReader(Bounded(source, limits.unpacked_bytes), _BLOCK)


def encoding_of(path: Path, kind: str, limits: Limits) -> str:
    """The encoding of a CSV: byte order mark, UTF-16 without one, UTF-8 if every byte fits, else the likelier of GB18030 and
    Windows-1252. The whole file is looked at for UTF-8.
    """
    with open_bytes(path, kind, limits) as source:
        sample = source.read(SAMPLE)
        if sample.startswith(codecs.BOM_UTF8):
            return "utf-8"
        if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        wide = _without_mark(sample)
        if wide:
            return wide
        if _all_utf8(sample, source):
            return "utf-8"
    return "gb18030" if _is_chinese(sample) else "cp1252"


def _without_mark(sample: bytes) -> str:
    """UTF-16 without a mark shows as a zero in every other byte of plain letters."""
    head = sample[:4000]
    zeros = head.count(0)
    if zeros < len(head) * 0.3:
        return ""
    odd = sum(1 for i in range(1, len(head), 2) if head[i] == 0)
    return "utf-16-le" if odd > zeros / 2 else "utf-16-be"


def _all_utf8(sample: bytes, rest: io.BufferedReader) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        decoder.decode(sample)
        while block := rest.read(SAMPLE):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_chinese(sample: bytes) -> bool:
    """Whether the bytes above ASCII come in pairs as Chinese has them; in Western text they stand alone between letters."""
    try:
        codecs.getincrementaldecoder("gb18030")("strict").decode(sample)
    except UnicodeDecodeError:
        return False
    pairs = alone = i = 0
    while i < len(sample):
        if sample[i] < 0x80:
            i += 1
            continue
        if i + 1 < len(sample) and sample[i + 1] >= 0x80:
            pairs += 1
            i += 2
        else:
            alone += 1
            i += 1
    return pairs > 4 * alone


def text_stream(path: Path, kind: str, encoding: str, limits: Limits) -> io.TextIOWrapper:
    """The text of a CSV, strictly decoded; a byte order mark is taken off."""
    codec = {"utf-8": "utf-8-sig"}.get(encoding, encoding)
    try:
        return io.TextIOWrapper(open_bytes(path, kind, limits), encoding=codec, errors="strict", newline="")
    except LookupError:
        raise Refused("unknown_encoding", value=encoding[:40]) from None


def separator_of(sample: str) -> str:
    """The separator that cuts the first lines into the most equal columns."""
    best, score = ",", -1.0
    for mark in SEPARATORS:
        widths = [len(row) for row in _rows(sample, mark)]
        if not widths:
            continue
        width = multimode(widths)[0]  # not the first one: a title may stand above the headings
        if width < 2:
            continue
        even = sum(1 for w in widths if w == width) / len(widths)
        rated = even * 100 + min(width, 60)
        if rated > score:
            best, score = mark, rated
    return best


def _rows(sample: str, mark: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=mark)
    try:
        for count, row in enumerate(reader):
            if count >= 50:
                return
            if row:
                yield row
    except csv.Error:
        return
