"""What the difference of a list says: from what to what, in both languages, and nothing left unworded."""

import pytest

from connector.domain.listdiff import Flag, RowAction
from connector.domain.listwords import ACTIONS, FIELDS, FLAGS, changes_text


@pytest.mark.parametrize("language", ["id", "en"])
def test_everything_that_a_row_may_do_has_words(language: str) -> None:
    assert all(ACTIONS[action][language] for action in RowAction)
    assert all(FLAGS[flag][language] for flag in Flag)
    assert all(words[language] for words in FIELDS.values())


def test_a_change_says_from_what_to_what() -> None:
    changes = {
        "amount": (150_000_000, 160_000_000),
        "due_date": ("2026-12-05", "2026-12-10"),
        "pay_url": (None, "https://bayar.example/a"),
    }

    assert changes_text(changes, "IDR", "id") == (
        "jumlah Rp1.500.000 → Rp1.600.000; jatuh tempo 5 Des 2026 → 10 Des 2026; "
        "tautan bayar kosong → https://bayar.example/a"
    )
    assert changes_text({}, "IDR", "en", unticked=True) == "paid mark removed"
