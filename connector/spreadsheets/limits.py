"""How big a spreadsheet may be, and the limits of the process that reads it (threats, T-37)."""

from connector.domain.problems import Invalid

MAX_FILE = 20 * 1024 * 1024
MAX_MEMBERS = 500
MAX_UNPACKED = 200 * 1024 * 1024  # really unpacked: headers lie
MAX_RATIO = 100  # per member above RATIO_FROM
RATIO_FROM = 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 100
MAX_CELLS = 2_000_000
MAX_CELL = 32 * 1024  # characters; Excel itself stops at 32,767
MAX_ANSWER = 64 * 1024 * 1024  # what the reading process may say

MEMORY = 300 * 1024 * 1024
CPU_S = 30
WALL_S = 60


def too_complex(what: str) -> Invalid:
    """The refusal of a file that is bigger, or cleverer, than what is read; `what` names the limit."""
    return Invalid("file_too_complex", field="file", params={"what": what})
