"""One book in every format: the same text comes out of each, and nothing that is none."""

import random
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from curation.generate.blocks import Document
from curation.generate.extraction import extract
from curation.generate.passages import passages_of
from curation.generate.reading import read_document, read_documents
from schemas.errors import ConfigError, CurateError, MissingExtra
from tests.curation.generate import books

Writer = Callable[[Path], Path]

writers = pytest.mark.parametrize("write", [pytest.param(one, id=one.__name__[6:]) for one in books.WRITERS])


def read(path: Path) -> Document:
    return read_document(path, path.name, path.name)


def texts(document: Document, part: str) -> list[str]:
    return [block.text for block in document.blocks if block.part == part and block.kind != "heading"]


@writers
def test_every_format_gives_the_same_body_and_nothing_else(write: Writer, tmp_path: Path) -> None:
    document = read(write(tmp_path))
    assert [text.removesuffix(" (the figure)") for text in texts(document, "body")] == books.BODY
    headings = [block.text for block in document.blocks if block.kind == "heading" and block.part == "body"]
    assert headings[-2:] == ["STAGES", "TROUBLE"]
    assert texts(document, "references") == [texts(document, "references")[0]]
    assert texts(document, "references")[0].startswith("Borbély, A. A. (1982).")


@writers
def test_passages_hold_no_citation_no_caption_and_no_pointer_to_a_figure(write: Writer, tmp_path: Path) -> None:
    passages = passages_of(read(write(tmp_path)), 300)
    assert [passage.topic for passage in passages][1:] == ["STAGES", "TROUBLE"]
    assert passages[0].text == books.SLEEP.replace(" (Borbély, 1982)", "")
    assert passages[1].text == f"{books.DEPTH}\n\n{books.LEADS}\n" + "\n".join(books.HELPS)
    assert passages[2].text == books.INSOMNIA


@pytest.mark.parametrize("write", [books.write_markdown, books.write_html, books.write_cnxml, books.write_epub])
def test_where_markup_tells_questions_and_glossaries_are_extracted_with_their_answers(
    write: Writer, tmp_path: Path
) -> None:
    pairs = extract(read(write(tmp_path))).pairs
    assert [(pair.kind, pair.answer) for pair in pairs] == [
        ("choice", "Deep sleep prevails in the first half of the night."),
        ("glossary", "Trouble falling or staying asleep."),
    ]
    assert pairs[0].question.endswith("A. before bed\nB. in the first half of the night")
    assert pairs[1].question == "What is meant by “insomnia”?"


def test_a_docx_without_markup_of_exercises_gives_those_with_a_letter_for_an_answer(tmp_path: Path) -> None:
    pairs = extract(read(books.write_docx(tmp_path))).pairs
    assert [pair.kind for pair in pairs] == ["choice", "glossary"]


def test_a_pdf_knows_its_pages_and_joins_a_word_parted_at_the_end_of_a_line(tmp_path: Path) -> None:
    document = read(books.write_pdf(tmp_path))
    assert [passage.place for passage in passages_of(document, 300)] == ["page 1", "pages 1-2", "page 3"]
    assert set(texts(document, "running")) == {"Sleep and Health | Chapter 1", "1", "2", "3"}
    assert texts(document, "figure") == [books.CAPTION]


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    import fpdf

    book = fpdf.FPDF(format="A4")
    book.add_page()
    book.set_font("Helvetica", size=10)
    left = " ".join(f"left{number} is a sentence of the left column." for number in range(40))
    right = " ".join(f"right{number} is a sentence of the right column." for number in range(40))
    with book.text_columns(ncols=2, gutter=10, text_align="L") as columns:
        columns.write(left)
        columns.new_column()
        columns.write(right)
    book.output(str(tmp_path / "columns.pdf"))
    text = " ".join(texts(read(tmp_path / "columns.pdf"), "body"))
    assert text == f"{left} {right}"


def test_a_table_of_contents_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "book.md").write_text("# Book\n\n1. [Sleep](a.md)\n2. [Dreams](b.md)\n\n# Sleep\n\nSleep is rest.\n")
    (tmp_path / "book.txt").write_text("SLEEP ........ 7\n\nSLEEP\n\nSleep is rest.\n")
    for name in ("book.md", "book.txt"):
        assert texts(read(tmp_path / name), "body") == ["Sleep is rest."]


def test_a_folder_is_read_in_the_order_of_its_names_and_what_is_no_text_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("Second.")
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "a.md").write_text("Third.")
    (tmp_path / "a.txt").write_text("First.")
    (tmp_path / "cover.jpg").write_bytes(b"\xff\xd8\xff")
    assert [document.file for document in read_documents(tmp_path, "texts")] == ["a.txt", "b.txt", "part/a.md"]


@pytest.mark.parametrize("ending", ["pdf", "epub", "docx", "cnxml"])
def test_a_file_that_is_not_what_its_ending_says_is_named(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"book.{ending}"
    path.write_bytes(b"neither one nor the other")
    with pytest.raises(CurateError, match=rf"book.{ending}: cannot be read as {ending.upper()}"):
        read(path)


def test_a_book_of_pictures_and_an_unknown_format_say_what_to_do(tmp_path: Path) -> None:
    import fpdf

    book = fpdf.FPDF()
    book.add_page()
    book.output(str(tmp_path / "scan.pdf"))
    with pytest.raises(CurateError, match="holds no text but pictures of pages. Run a text recognition"):
        read(tmp_path / "scan.pdf")
    (tmp_path / "book.mobi").write_bytes(b"x")
    with pytest.raises(ConfigError, match="a text that ends in '.mobi' cannot be read. Convert it to"):
        list(read_documents(tmp_path / "book.mobi", "book.mobi"))


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curation.generate.reading.read.LARGEST_UNPACKED", 1_000_000)
    for name in ("book.epub", "book.docx"):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as book:
            book.writestr("large.xml", bytes(1_000_001))
        assert (tmp_path / name).stat().st_size < 2_000
        with pytest.raises(CurateError, match="cannot be read as"):
            read(tmp_path / name)


@writers
def test_a_damaged_file_is_read_or_named_and_never_ends_in_a_traceback(write: Writer, tmp_path: Path) -> None:
    path = write(tmp_path)
    whole = path.read_bytes()
    drawn = random.Random(write.__name__)
    for _ in range(25):
        damaged = bytearray(whole)
        for _ in range(drawn.choice([1, 5, 40])):
            place = drawn.randrange(len(damaged))
            damaged[place : place + drawn.randrange(3)] = drawn.randbytes(drawn.randrange(3))
        path.write_bytes(bytes(damaged))
        with suppress(CurateError):
            read(path)


@pytest.mark.parametrize("wrong", [b"<w:vMerge/>", b"<w:gridSpan/>", b"<w:gridSpan w:val='x'/>"])
def test_a_docx_with_a_table_that_cannot_be_made_out_is_named(wrong: bytes, tmp_path: Path) -> None:
    import docx

    sound = docx.Document()
    sound.add_table(1, 1)
    sound.save(str(tmp_path / "sound.docx"))
    with zipfile.ZipFile(tmp_path / "sound.docx") as parts, zipfile.ZipFile(tmp_path / "book.docx", "w") as book:
        for name in parts.namelist():
            book.writestr(name, parts.read(name).replace(b"<w:tcPr>", b"<w:tcPr>" + wrong))
    with pytest.raises(CurateError, match="book.docx: cannot be read as DOCX"):
        read(tmp_path / "book.docx")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_epub_is_named_however_it_is_packed(method: int, tmp_path: Path) -> None:
    path = tmp_path / "book.epub"
    with zipfile.ZipFile(path, "w", method) as book:
        book.writestr("META-INF/container.xml", "<container/>" * 100)
    damaged = bytearray(path.read_bytes())
    start = damaged.index(b"container.xml") + len(b"container.xml") + 9
    damaged[start : start + 12] = b"\xff" * 12
    path.write_bytes(bytes(damaged))
    with pytest.raises(CurateError, match="book.epub: cannot be read as EPUB"):
        read(path)


def test_without_the_extra_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("lxml", "markdown_it", "docx", "pypdfium2"):
        monkeypatch.setitem(sys.modules, module, None)
    for write in (books.write_markdown, books.write_html, books.write_cnxml, books.write_epub):
        with pytest.raises(MissingExtra, match=r"pip install -e '.\[generate\]'"):
            read(write(tmp_path))


@pytest.mark.parametrize("name", ["book.txt", "book.md"])
def test_a_text_that_is_not_utf_8_is_refused_rather_than_mangled(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes("Schlaf ist schön.".encode("latin-1"))
    with pytest.raises(CurateError, match="has bytes that are not utf-8"):
        read(tmp_path / name)
