"""The floor: line and station of a sample (NULL: kept by a program that did not tell them), and the verdict that stands
in the search: the supervisor's where a review stands, else the model's. Kept up to date by triggers, whoever writes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_FIXED = (
    "id, photo_sha256, photo_name, voice_sha256, voice_name, golden_sha256, golden_name, "
    "part, lot, serial, operator, defects, captured_at, app_version, work_order, shift, retake_of, line, station"
)
_MICROSECONDS = (
    "CAST(strftime('%s', NEW.captured_at) AS INTEGER) * 1000000 + CAST(substr(NEW.captured_at, 21, 6) AS INTEGER)"
)
_COLUMNS = ("part", "lot", "work_order", "operator", "shift", "line", "station")
_TEXTS = ("part", "lot", "serial", "work_order", "operator", "photo_name", "voice_name")
_ANSWER = ("verdict", "defect", "severity", "adapter")
_REVIEW = (
    "(SELECT r.verdict FROM reviews r WHERE r.sample_id = {0} AND NOT EXISTS (SELECT 1 FROM lines d "
    "WHERE d.sample_id = {0} AND d.kind = 'undone' AND d.text = '#' || r.id) ORDER BY r.id DESC LIMIT 1)"
)
"""The verdict of the review that stands."""


def upgrade() -> None:
    _samples()
    _captures()
    _standing()
    _verdicts()


def _samples() -> None:
    op.add_column("samples", sa.Column("line", sa.Text()))
    op.add_column("samples", sa.Column("station", sa.Text()))
    op.execute("DROP TRIGGER samples_fixed")
    op.execute(
        f"CREATE TRIGGER samples_fixed BEFORE UPDATE OF {_FIXED} ON samples BEGIN "
        "SELECT RAISE(ABORT, 'kept records never change'); END"
    )


def _captures() -> None:
    for name in ("line", "station"):
        op.add_column("search_captures", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.drop_index("ix_search_captures_part", "search_captures")
    op.create_index("ix_search_captures_part", "search_captures", list(_COLUMNS), unique=True)
    given = ", ".join("NEW.part" if name == "part" else f"coalesce(NEW.{name}, '')" for name in _COLUMNS)
    words = " || ".join(f"coalesce(NEW.{name} || char(10), '')" for name in _TEXTS)
    op.execute("DROP TRIGGER search_sample")
    op.execute(
        "CREATE TRIGGER search_sample AFTER INSERT ON samples BEGIN "
        f"INSERT INTO search_captures ({', '.join(_COLUMNS)}, units) VALUES ({given}, 0) ON CONFLICT DO NOTHING; "
        "INSERT INTO search_units (capture, at, p_ng, texts, sample_id) "
        f"SELECT c.id, {_MICROSECONDS}, -1, 0, NEW.id FROM search_captures c WHERE {_same('c', _COLUMNS)}; "
        "UPDATE search_captures SET units = units + 1, first = coalesce(first, unit.n), last = unit.n "
        "FROM (SELECT n, capture FROM search_units WHERE sample_id = NEW.id) unit WHERE id = unit.capture; "
        "INSERT INTO search_spans SELECT n / 4096, at, at FROM search_units WHERE sample_id = NEW.id "
        "ON CONFLICT (span) DO UPDATE SET earliest = min(earliest, excluded.earliest), "
        "latest = max(latest, excluded.latest); "
        f"{_text_added('NEW.id', words)} END"
    )


def _standing() -> None:
    op.add_column("search_units", sa.Column("standing", sa.String(length=16)))
    op.execute(
        f"UPDATE search_units SET standing = coalesce({_REVIEW.format('search_units.sample_id')}, "
        "(SELECT a.verdict FROM search_answers a WHERE a.id = search_units.answer))"
    )
    op.create_index("ix_search_units_standing", "search_units", ["standing", "n"])
    op.drop_index("ix_search_units_p_ng", "search_units")
    op.create_index("ix_search_units_p_ng", "search_units", ["p_ng", "n", "capture", "answer", "at", "standing"])
    op.execute(
        "CREATE TRIGGER search_standing AFTER INSERT ON reviews BEGIN "
        "UPDATE search_units SET standing = NEW.verdict WHERE sample_id = NEW.sample_id; END"
    )
    op.execute(
        "CREATE TRIGGER search_undone AFTER INSERT ON lines WHEN NEW.kind = 'undone' BEGIN "
        f"UPDATE search_units SET standing = coalesce({_REVIEW.format('NEW.sample_id')}, "
        "(SELECT v.verdict FROM verdicts v WHERE v.sample_id = NEW.sample_id)) WHERE sample_id = NEW.sample_id; END"
    )


def _verdicts() -> None:
    columns = ", ".join(f"NEW.{name}" for name in _ANSWER)
    words = " || ".join(f"coalesce(NEW.{name} || char(10), '')" for name in ("defect", "heard", "remark"))
    op.execute("DROP TRIGGER search_verdict")
    op.execute(
        "CREATE TRIGGER search_verdict AFTER INSERT ON verdicts BEGIN "
        f"INSERT INTO search_answers (part, {', '.join(_ANSWER)}) "
        f"SELECT s.part, {columns} FROM samples s WHERE s.id = NEW.sample_id ON CONFLICT DO NOTHING; "
        "UPDATE search_units SET p_ng = coalesce(NEW.p_ng, -1), "
        f"standing = coalesce({_REVIEW.format('NEW.sample_id')}, NEW.verdict), "
        "answer = (SELECT a.id FROM search_answers a JOIN samples s ON s.part = a.part WHERE s.id = NEW.sample_id "
        f"AND {_same('a', _ANSWER)}) WHERE sample_id = NEW.sample_id; "
        "UPDATE search_answers SET first = min(coalesce(first, unit.n), unit.n), "
        "last = max(coalesce(last, unit.n), unit.n) "
        "FROM (SELECT n, answer FROM search_units WHERE sample_id = NEW.sample_id) unit WHERE id = unit.answer; "
        f"{_text_added('NEW.sample_id', words)} END"
    )


def _same(row: str, columns: tuple[str, ...]) -> str:
    """That a row of the search is about what the new row says."""
    return " AND ".join(f"{row}.{name} = coalesce(NEW.{name}, '')" for name in columns)


def _text_added(sample_id: str, text: str) -> str:
    """A text of a unit, at the next of its 256 places. It ends with two line ends, so that its last letters, too, begin
    a run of three."""
    return (
        f"INSERT INTO search_texts (rowid, text) SELECT u.n * 256 + u.texts, {text} || char(10) FROM search_units u "
        f"WHERE u.sample_id = {sample_id} AND u.texts < 256; "
        f"UPDATE search_units SET texts = texts + 1 WHERE sample_id = {sample_id};"
    )
