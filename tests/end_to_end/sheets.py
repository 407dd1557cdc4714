"""The smallest files that spreadsheets write: CSV, XLSX and ODS with one sheet."""

import io
import zipfile
from xml.sax.saxutils import escape

Cells = list[list[str | int]]

TYPES = """<?xml version="1.0"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels"
 ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
</Types>"""
RELATIONS = """<?xml version="1.0"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Target="{target}"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"/>
</Relationships>"""
WORKBOOK = """<?xml version="1.0"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="Aufnahmen" sheetId="1" r:id="r1"/></sheets></workbook>"""
SHEET = """<?xml version="1.0"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<sheetData>{rows}</sheetData></worksheet>"""
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = f"""<?xml version="1.0"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS_TYPE}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
</manifest:manifest>"""
CONTENT = """<?xml version="1.0"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="Aufnahmen">{rows}</table:table>
</office:spreadsheet></office:body></office:document-content>"""


def csv_file(cells: Cells, delimiter: str = ";", bom: bool = False) -> bytes:
    lines = "\r\n".join(delimiter.join(map(str, line)) for line in cells)
    return (b"\xef\xbb\xbf" if bom else b"") + lines.encode()


def xlsx_file(cells: Cells) -> bytes:
    rows = "".join(
        f'<row r="{at}">' + "".join(_xlsx_cell(cell) for cell in line) + "</row>"
        for at, line in enumerate(cells, 1)
    )
    return _zipped(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": RELATIONS.format(target="xl/workbook.xml", kind="officeDocument"),
            "xl/workbook.xml": WORKBOOK,
            "xl/_rels/workbook.xml.rels": RELATIONS.format(
                target="worksheets/sheet1.xml", kind="worksheet"
            ),
            "xl/worksheets/sheet1.xml": SHEET.format(rows=rows),
        }
    )


def _xlsx_cell(cell: str | int) -> str:
    if isinstance(cell, int):
        return f"<c><v>{cell}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>'


def ods_file(cells: Cells) -> bytes:
    rows = "".join(
        "<table:table-row>" + "".join(_ods_cell(cell) for cell in line) + "</table:table-row>"
        for line in cells
    )
    return _zipped(
        {
            "mimetype": ODS_TYPE,
            "content.xml": CONTENT.format(rows=rows),
            "META-INF/manifest.xml": MANIFEST,
        }
    )


def _ods_cell(cell: str | int) -> str:
    text = f"<text:p>{escape(str(cell))}</text:p></table:table-cell>"
    if isinstance(cell, int):
        return f'<table:table-cell office:value-type="float" office:value="{cell}">{text}'
    return f'<table:table-cell office:value-type="string">{text}'


def _zipped(parts: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return packed.getvalue()
