"""One small book, written here, in every format that can be read."""

import zipfile
from pathlib import Path

TITLE = "Sleep and Health"
SLEEP = (
    "Sleep is a state of reduced awareness that returns every day (Borbély, 1982). Adults need between seven and nine "
    "hours, and most of them sleep less during the week than they would like to."
)
DEPTH = (
    "Deep sleep prevails in the first half of the night, while dreams are more frequent in the second half. A sleeper "
    "who is woken from deep sleep is often confused for some minutes."
)
LEADS = "Three things help people fall asleep:"
HELPS = ["a dark and quiet room;", "the same hour of rising every day; and", "no coffee after noon."]
INSOMNIA = (
    "Insomnia is trouble falling or staying asleep on at least three nights a week. It is treated by a therapy in "
    "which time in bed is limited at first, and which works better in the long run than tablets do."
)
BODY = [SLEEP, DEPTH, LEADS, *HELPS, INSOMNIA]
CAPTION = "Figure 1.1 The stages of sleep in one night, as an electroencephalogram shows them."
REFERENCE = "Borbély, A. A. (1982). A two process model of sleep regulation. Human Neurobiology, 1, 195–204."
QUESTION, CHOICES, SOLUTION = "Deep sleep prevails ________.", ["before bed", "in the first half of the night"], "B"
TERM, MEANING = "insomnia", "trouble falling or staying asleep"

MARKED = INSOMNIA.replace("Insomnia", '**Insomnia**{: data-type="term"}')
ESCAPED = QUESTION.replace("_", "\\_")

MARKDOWN = f"""---
title: "{TITLE}"
---

<div data-type="abstract" markdown="1">
By the end of this section, you will be able to:
* Say what sleep is

</div>

{SLEEP}

### STAGES

{DEPTH} ([\\[link\\]](#Figure_1))

![A graph](x.jpg "The stages of sleep"){{: #Figure_1}}

<div data-type="note" class="psychology link-to-learning" markdown="1">
Watch this video about sleep.

</div>

{LEADS}

* {HELPS[0]}
* {HELPS[1]}
* {HELPS[2]}

### TROUBLE

{MARKED}

### Review Questions

<div data-type="exercise">
<div data-type="problem" markdown="1">
{ESCAPED}

1.  {CHOICES[0]}
2.  {CHOICES[1]}
{{: type="a"}}

</div>
<div data-type="solution" markdown="1">
{SOLUTION}

</div>
</div>

<div data-type="glossary" markdown="1">
### Glossary
{{: data-type="glossary-title"}}

{TERM}
: {MEANING}
^

</div>

### References

{REFERENCE}
"""

HTML = f"""<html><head><title>{TITLE}</title><style>p {{ }}</style></head><body><nav><a href="x">Contents</a></nav>
<p>{SLEEP}</p><h3>STAGES</h3><p>{DEPTH} (<a href="#fig">[link]</a>)</p>
<figure><img src="x"><figcaption>{CAPTION}</figcaption></figure>
<table><tr><td>Stage</td><td>Minutes</td></tr></table>
<p>{LEADS}</p><ul><li>{HELPS[0]}</li><li>{HELPS[1]}</li><li>{HELPS[2]}</li></ul>
<h3>TROUBLE</h3><p>{INSOMNIA}<sup><a href="#n1">1</a></sup></p>
<h3>Review Questions</h3><div data-type="exercise"><div data-type="problem"><p>{QUESTION}</p>
<ol><li>{CHOICES[0]}</li><li>{CHOICES[1]}</li></ol></div><div data-type="solution"><p>{SOLUTION}</p></div></div>
<h3>Glossary</h3><dl><dt>{TERM}</dt><dd>{MEANING}</dd></dl>
<h3>References</h3><p>{REFERENCE}</p><footer>Impressum</footer></body></html>"""

CNXML = f"""<?xml version="1.0"?>
<document xmlns="http://cnx.rice.edu/cnxml"><title>{TITLE}</title>
<metadata><abstract>Say what sleep is</abstract></metadata>
<content><para>{SLEEP}</para>
<section><title>STAGES</title><para>{DEPTH} (<link target-id="Figure_1"/>)</para>
<figure id="Figure_1"><media alt="A graph"/><caption>{CAPTION}</caption></figure>
<note class="psychology link-to-learning"><para>Watch this video about sleep.</para></note>
<para>{LEADS}<list><item>{HELPS[0]}</item><item>{HELPS[1]}</item><item>{HELPS[2]}</item></list></para></section>
<section><title>TROUBLE</title><para><term>Insomnia</term>{INSOMNIA.removeprefix("Insomnia")}</para></section>
<section class="review-questions"><title>Review Questions</title><exercise><problem><para>{QUESTION}</para>
<list><item>{CHOICES[0]}</item><item>{CHOICES[1]}</item></list></problem>
<solution><para>{SOLUTION}</para></solution></exercise></section>
<section class="references"><title>References</title><para>{REFERENCE}</para></section></content>
<glossary><definition><term>{TERM}</term><meaning>{MEANING}</meaning></definition></glossary></document>"""

TEXT = "\n\n".join(
    [
        *("CHAPTER 1", SLEEP.replace(" every", "\nevery"), "STAGES", DEPTH, CAPTION, LEADS),
        "\n".join(f"- {one}" for one in HELPS),
        *("TROUBLE", INSOMNIA, "References", REFERENCE),
    ]
)


def write_markdown(folder: Path) -> Path:
    return _written(folder / "book.md", MARKDOWN)


def write_html(folder: Path) -> Path:
    return _written(folder / "book.html", HTML)


def write_cnxml(folder: Path) -> Path:
    return _written(folder / "book.cnxml", CNXML)


def write_text(folder: Path) -> Path:
    return _written(folder / "book.txt", TEXT)


def write_epub(folder: Path) -> Path:
    path = folder / "book.epub"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/content.opf"/></rootfiles></container>',
        )
        book.writestr(
            "OEBPS/content.opf",
            '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<metadata><dc:title>{TITLE}</dc:title></metadata><manifest>"
            '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
            '<item id="one" href="text/one%201.xhtml" media-type="application/xhtml+xml"/></manifest>'
            '<spine><itemref idref="nav"/><itemref idref="one"/></spine></package>',
        )
        book.writestr("OEBPS/nav.xhtml", "<html><body><h1>Contents</h1><p>Chapter 1</p></body></html>")
        page = HTML.replace(
            "<html>", '<?xml version="1.0" encoding="UTF-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
        )
        book.writestr("OEBPS/text/one 1.xhtml", page)
    return path


def write_docx(folder: Path) -> Path:
    import docx

    document = docx.Document()
    document.core_properties.title = TITLE
    document.add_paragraph(SLEEP)
    document.add_heading("STAGES", 2)
    document.add_paragraph(DEPTH)
    document.add_paragraph(CAPTION, style="Caption")
    document.add_table(rows=1, cols=2).cell(0, 0).text = "Stage"
    document.add_paragraph(LEADS)
    for one in HELPS:
        document.add_paragraph(one, style="List Bullet")
    document.add_heading("TROUBLE", 2)
    document.add_paragraph(INSOMNIA)
    document.add_heading("Review Questions", 2)
    document.add_paragraph(QUESTION)
    for one in CHOICES:
        document.add_paragraph(one, style="List Number")
    document.add_paragraph(SOLUTION)
    document.add_heading("Glossary", 2)
    document.add_paragraph(f"{TERM}: {MEANING}")
    document.add_heading("References", 2)
    document.add_paragraph(REFERENCE)
    path = folder / "book.docx"
    document.save(str(path))
    return path


def write_pdf(folder: Path) -> Path:
    """Three pages with a running head and page numbers, a table with rules and a word parted at a line's end."""
    import fpdf

    class Book(fpdf.FPDF):
        def header(self) -> None:
            self.set_font("Helvetica", size=8)
            self.set_y(10)
            self.cell(0, 5, "Sleep and Health | Chapter 1", align="C")
            self.set_y(25)

        def footer(self) -> None:
            self.set_font("Helvetica", size=8)
            self.set_y(-15)
            self.cell(0, 5, str(self.page_no()), align="C")

    book = Book(format="A4")
    book.set_title(TITLE)

    def heading(text: str) -> None:
        book.set_font("Helvetica", "B", 14)
        book.multi_cell(0, 8, text, new_x="LMARGIN", new_y="NEXT")

    def paragraph(text: str, size: float = 10.5) -> None:
        book.set_font("Helvetica", size=size)
        book.multi_cell(0, 5, text.replace("–", "-"), new_x="LMARGIN", new_y="NEXT")
        book.ln(3)

    book.add_page()
    paragraph(SLEEP)
    heading("STAGES")
    paragraph(DEPTH)
    paragraph(CAPTION, 8)
    book.set_font("Helvetica", size=9)
    with book.table() as table:
        for cells in (("Stage", "Minutes"), ("One", "12"), ("Two", "200")):
            row = table.row()
            for cell in cells:
                row.cell(cell)
    book.add_page()
    paragraph(LEADS)
    for one in HELPS:
        paragraph(f"- {one}".replace("-", "\x95", 1))
    book.add_page()
    heading("TROUBLE")
    broken = INSOMNIA.replace("a week.", "a week.")
    paragraph(broken.replace("limited", "limi-\nted"))
    heading("References")
    paragraph(REFERENCE)
    path = folder / "book.pdf"
    book.output(str(path))
    return path


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


WRITERS = (write_markdown, write_html, write_cnxml, write_text, write_epub, write_docx, write_pdf)
