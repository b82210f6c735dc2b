"""Spreadsheets made for tests: honest ones and bombs."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def xlsx(rows: Sequence[Sequence[Any]], merge: Sequence[str] = (), title: str = "Desember") -> bytes:
    """An honest workbook of one sheet, as openpyxl writes it."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for span in merge:
        sheet.merge_cells(span)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def raw_xlsx(sheet: str, shared: str | None = None, parts: Mapping[str, bytes | str] | None = None) -> bytes:
    """A workbook of hand-written parts, for what no honest program would write."""
    overrides = f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>'
    overrides += f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPES}.worksheet+xml"/>'
    relations = f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    if shared is not None:
        overrides += f'<Override PartName="/xl/sharedStrings.xml" ContentType="{TYPES}.sharedStrings+xml"/>'
        relations += f'<Relationship Id="rId2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
    files: dict[str, bytes | str] = {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook {MAIN} xmlns:r="{RELATIONS}"><sheets>'
            '<sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>'
        ),
        "xl/worksheets/sheet1.xml": sheet,
    }
    if shared is not None:
        files["xl/sharedStrings.xml"] = shared
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**files, **(parts or {})}.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet_xml(rows: str, prologue: str = "") -> str:
    return f"{prologue}<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def sparse_corner() -> bytes:
    return raw_xlsx(
        sheet_xml(
            f'<row r="1">{text_cell("A1", "nama")}</row><row r="1048576">{text_cell("XFD1048576", "x")}</row>'
        )
    )


def swollen_strings() -> bytes:
    item = "<si><t>" + "A" * 1000 + "</t></si>"
    return raw_xlsx(
        sheet_xml(f'<row r="1">{text_cell("A1", "nama")}</row>'),
        shared=f"<sst {MAIN}>" + item * 160_000 + "</sst>",
    )


def swollen_rows() -> bytes:
    return raw_xlsx(sheet_xml('<row><c><v>1</v></c><c t="n"><v>1</v></c></row>' * 2_000_000))


def quadratic_entity() -> bytes:
    doctype = f'<!DOCTYPE worksheet [<!ENTITY a "{"A" * 2000}">]>'
    return raw_xlsx(sheet_xml(f'<row r="1">{text_cell("A1", "&a;" * 2000)}</row>', doctype))


def billion_laughs() -> bytes:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f"<!DOCTYPE worksheet [{entities}]>"
    return raw_xlsx(sheet_xml(f'<row r="1">{text_cell("A1", "&a11;")}</row>', doctype))


def external_entity() -> bytes:
    doctype = '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return raw_xlsx(sheet_xml(f'<row r="1">{text_cell("A1", "&x;")}</row>', doctype))


def endless_cell() -> bytes:
    return raw_xlsx(sheet_xml(f'<row r="1">{text_cell("A1", "A" * 900_000)}</row>'))


def many_members() -> bytes:
    return raw_xlsx(sheet_xml("<row/>"), parts={f"xl/media/{n}.bin": b"x" for n in range(600)})


def a_hundred_and_one_columns() -> bytes:
    return xlsx([[f"kolom {n}" for n in range(101)]])


BOMBS = {
    made.__name__: made
    for made in (
        sparse_corner,
        swollen_strings,
        swollen_rows,
        quadratic_entity,
        billion_laughs,
        external_entity,
        endless_cell,
        many_members,
        a_hundred_and_one_columns,
    )
}
