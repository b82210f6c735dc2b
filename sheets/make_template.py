"""Makes sheets/template.xlsx: headings, checks of what is typed, two sample rows.

python sheets/make_template.py
"""

from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

HEADINGS = {
    "Nama": 24,
    "No HP": 20,
    "Jumlah": 16,
    "Jatuh Tempo": 16,
    "No Tagihan": 18,
    "Keterangan": 34,
    "Lunas": 10,
}
SAMPLES = (
    (
        "Siti Rahma",
        "0812-3456-7890",
        1500000,
        date(2026, 12, 5),
        "A3-2026-12",
        "Sewa kamar A3, Desember 2026",
        None,
    ),
    (
        "Budi Santoso",
        "0813-9876-5432",
        1250000,
        date(2026, 12, 10),
        "B1-2026-12",
        "Sewa kamar B1, Desember 2026",
        "v",
    ),
)
LAST = 1000


def make(to: Path) -> None:
    """Writes the workbook; phones are text, so that no zero in front is lost."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Penghuni"
    sheet.append(list(HEADINGS))
    for row in SAMPLES:
        sheet.append(list(row))
    for place, width in enumerate(HEADINGS.values()):
        letter = "ABCDEFG"[place]
        sheet.column_dimensions[letter].width = width
        head = sheet[f"{letter}1"]
        head.font = Font(bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", start_color="0A7D3C")
        head.alignment = Alignment(vertical="center")
    for number in range(2, LAST + 1):
        sheet[f"B{number}"].number_format = "@"
        sheet[f"C{number}"].number_format = "#,##0"
        sheet[f"D{number}"].number_format = "yyyy-mm-dd"
        sheet[f"E{number}"].number_format = "@"
    sheet.freeze_panes = "A2"
    checks = {
        "C": DataValidation("whole", operator="greaterThan", formula1="0", allow_blank=True),
        "D": DataValidation("date", operator="greaterThan", formula1="36526", allow_blank=True),
        "G": DataValidation("list", formula1='"v,"', allow_blank=True),
    }
    words = {
        "C": "Tulis jumlah dalam rupiah, tanpa titik.",
        "D": "Tulis tanggal.",
        "G": "v bila sudah lunas.",
    }
    for letter, check in checks.items():
        check.error, check.errorTitle = words[letter], "Tagih"
        sheet.add_data_validation(check)
        check.add(f"{letter}2:{letter}{LAST}")
    book.save(to)


if __name__ == "__main__":
    make(Path(__file__).parent / "template.xlsx")
