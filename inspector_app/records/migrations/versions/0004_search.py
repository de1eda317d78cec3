"""What the search needs beside the records: who and what of each unit in small numbers, all texts by three letters; and
electronic signatures. Kept up to date by triggers, whoever writes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ONCE = "SELECT RAISE(ABORT, 'kept records never change')"
_MICROSECONDS = (
    "CAST(strftime('%s', {0}.captured_at) AS INTEGER) * 1000000 + CAST(substr({0}.captured_at, 21, 6) AS INTEGER)"
)
_CAPTURE = (
    "{0}.part, coalesce({0}.lot, ''), coalesce({0}.work_order, ''), coalesce({0}.operator, ''), coalesce({0}.shift, '')"
)
_ANSWER = "{0}.verdict, {0}.defect, {0}.severity, {0}.adapter"


def upgrade() -> None:
    _tables()
    _fill()
    _triggers()
    _signatures()


def _joined(names: str, row: str) -> str:
    """The columns of a row, one a line; what is not there leaves nothing. A text ends with two line ends, so that its
    last letters, too, begin a run of three."""
    return " || ".join(f"coalesce({row}.{name} || char(10), '')" for name in names.split())


def _sample_text(row: str) -> str:
    return _joined("part lot serial work_order operator photo_name voice_name", row) + " || char(10)"


def _verdict_text(row: str) -> str:
    return _joined("defect heard remark", row) + " || char(10)"


def _tables() -> None:
    op.create_table(
        "search_captures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("work_order", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("shift", sa.Text(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=True),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_search_captures"),
    )
    op.create_index(
        "ix_search_captures_part", "search_captures", ["part", "lot", "work_order", "operator", "shift"], unique=True
    )
    op.create_table(
        "search_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("defect", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("adapter", sa.Text(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=True),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_search_answers"),
    )
    op.create_index(
        "ix_search_answers_part", "search_answers", ["part", "verdict", "defect", "severity", "adapter"], unique=True
    )
    op.create_table(
        "search_spans",
        sa.Column("span", sa.Integer(), nullable=False),
        sa.Column("earliest", sa.Integer(), nullable=False),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("span", name="pk_search_spans"),
    )
    op.create_table(
        "search_units",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("capture", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=True),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("p_ng", sa.Float(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("n", name="pk_search_units"),
    )
    op.execute(
        "CREATE VIRTUAL TABLE search_texts USING fts5(text, content='', columnsize=0, detail=full, tokenize='trigram')"
    )
    op.execute("CREATE VIRTUAL TABLE search_runs USING fts5vocab(search_texts, row)")


def _fill() -> None:
    """What was kept before."""
    op.execute(
        f"INSERT INTO search_captures (part, lot, work_order, operator, shift, units) "
        f"SELECT {_CAPTURE.format('s')}, count(*) FROM samples s GROUP BY 1, 2, 3, 4, 5"
    )
    op.execute(
        f"INSERT INTO search_answers (part, verdict, defect, severity, adapter) "
        f"SELECT DISTINCT s.part, {_ANSWER.format('v')} FROM verdicts v JOIN samples s ON s.id = v.sample_id"
    )
    op.execute(
        "INSERT INTO search_units (n, capture, answer, at, p_ng, texts, sample_id) "
        f"SELECT row_number() OVER (ORDER BY s.id), c.id, a.id, {_MICROSECONDS.format('s')}, coalesce(v.p_ng, -1), 0, s.id "
        f"FROM samples s JOIN search_captures c ON {_same('c', _CAPTURE_COLUMNS, 's')} "
        "LEFT JOIN verdicts v ON v.sample_id = s.id "
        f"LEFT JOIN search_answers a ON a.part = s.part AND {_same('a', _ANSWER_COLUMNS, 'v')} ORDER BY s.id"
    )
    op.create_index("ix_search_units_sample_id", "search_units", ["sample_id"], unique=True)
    op.create_index("ix_search_units_capture", "search_units", ["capture", "n"])
    op.create_index("ix_search_units_p_ng", "search_units", ["p_ng", "n", "capture", "answer", "at"])
    for table, column in (("search_captures", "capture"), ("search_answers", "answer")):
        for end, extreme in (("first", "min"), ("last", "max")):
            op.execute(
                f"UPDATE {table} SET {end} = found.n FROM "
                f"(SELECT {column} AS id, {extreme}(n) AS n FROM search_units GROUP BY 1) found WHERE found.id = {table}.id"
            )
    op.execute("INSERT INTO search_spans SELECT n / 4096, min(at), max(at) FROM search_units GROUP BY 1")
    told = [
        f"SELECT s.id AS sample_id, 0 AS source, 0 AS number, {_sample_text('s')} AS text FROM samples s",
        f"SELECT v.sample_id, 1, v.id, {_verdict_text('v')} FROM verdicts v",
        "SELECT l.sample_id, 2, l.id, l.text || char(10, 10) FROM lines l WHERE l.text <> '' AND l.kind NOT IN ('retaken', 'picked')",
        "SELECT r.sample_id, 3, r.id, r.reason || char(10, 10) FROM reviews r WHERE r.reason <> ''",
    ]
    op.execute(
        "INSERT INTO search_texts (rowid, text) SELECT n * 256 + k - 1, text FROM (SELECT u.n AS n, t.text AS text, "
        "row_number() OVER (PARTITION BY u.n ORDER BY t.source, t.number) AS k "
        f"FROM ({' UNION ALL '.join(told)}) t JOIN search_units u ON u.sample_id = t.sample_id) "
        "WHERE k <= 256 ORDER BY n, k"
    )
    op.execute(
        "UPDATE search_units SET texts = 1 + (SELECT count(*) FROM verdicts v WHERE v.sample_id = search_units.sample_id)"
        " + (SELECT count(*) FROM lines l WHERE l.sample_id = search_units.sample_id"
        " AND l.text <> '' AND l.kind NOT IN ('retaken', 'picked'))"
        " + (SELECT count(*) FROM reviews r WHERE r.sample_id = search_units.sample_id AND r.reason <> '')"
    )


_CAPTURE_COLUMNS = ("part", "lot", "work_order", "operator", "shift")
_ANSWER_COLUMNS = ("verdict", "defect", "severity", "adapter")


def _same(one: str, columns: tuple[str, ...], other: str) -> str:
    """That a row of the search is about what a kept row says."""
    return " AND ".join(f"{one}.{name} = coalesce({other}.{name}, '')" for name in columns)


def _triggers() -> None:
    op.execute(
        "CREATE TRIGGER search_sample AFTER INSERT ON samples BEGIN "
        "INSERT INTO search_captures (part, lot, work_order, operator, shift, units) "
        f"VALUES ({_CAPTURE.format('NEW')}, 0) ON CONFLICT DO NOTHING; "
        "INSERT INTO search_units (capture, at, p_ng, texts, sample_id) "
        f"SELECT c.id, {_MICROSECONDS.format('NEW')}, -1, 0, NEW.id FROM search_captures c "
        f"WHERE {_same('c', _CAPTURE_COLUMNS, 'NEW')}; "
        "UPDATE search_captures SET units = units + 1, first = coalesce(first, unit.n), last = unit.n "
        "FROM (SELECT n, capture FROM search_units WHERE sample_id = NEW.id) unit WHERE id = unit.capture; "
        "INSERT INTO search_spans SELECT n / 4096, at, at FROM search_units WHERE sample_id = NEW.id "
        "ON CONFLICT (span) DO UPDATE SET earliest = min(earliest, excluded.earliest), "
        "latest = max(latest, excluded.latest); "
        f"{_text_added('NEW.id', _sample_text('NEW'))} END"
    )
    op.execute(
        "CREATE TRIGGER search_verdict AFTER INSERT ON verdicts BEGIN "
        "INSERT INTO search_answers (part, verdict, defect, severity, adapter) "
        f"SELECT s.part, {_ANSWER.format('NEW')} FROM samples s WHERE s.id = NEW.sample_id ON CONFLICT DO NOTHING; "
        "UPDATE search_units SET p_ng = coalesce(NEW.p_ng, -1), answer = (SELECT a.id FROM search_answers a "
        "JOIN samples s ON s.part = a.part WHERE s.id = NEW.sample_id "
        f"AND {_same('a', _ANSWER_COLUMNS, 'NEW')}) WHERE sample_id = NEW.sample_id; "
        "UPDATE search_answers SET first = min(coalesce(first, unit.n), unit.n), "
        "last = max(coalesce(last, unit.n), unit.n) "
        "FROM (SELECT n, answer FROM search_units WHERE sample_id = NEW.sample_id) unit WHERE id = unit.answer; "
        f"{_text_added('NEW.sample_id', _verdict_text('NEW'))} END"
    )
    op.execute(
        "CREATE TRIGGER search_line AFTER INSERT ON lines WHEN NEW.text <> '' AND NEW.kind NOT IN ('retaken', 'picked') BEGIN "
        f"{_text_added('NEW.sample_id', 'NEW.text || char(10, 10)')} END"
    )
    op.execute(
        "CREATE TRIGGER search_review AFTER INSERT ON reviews WHEN NEW.reason <> '' BEGIN "
        f"{_text_added('NEW.sample_id', 'NEW.reason || char(10, 10)')} END"
    )


def _text_added(sample_id: str, text: str) -> str:
    """A text of a unit, at the next of its 256 places; what would be the 257th text is not found by the search."""
    return (
        f"INSERT INTO search_texts (rowid, text) SELECT u.n * 256 + u.texts, {text} FROM search_units u "
        f"WHERE u.sample_id = {sample_id} AND u.texts < 256; "
        f"UPDATE search_units SET texts = texts + 1 WHERE sample_id = {sample_id};"
    )


def _signatures() -> None:
    op.create_table(
        "signatures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.String(length=26), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("meaning", sa.String(length=12), nullable=False),
        sa.Column("record_sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_signatures_sample_id"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_signatures_review_id"),
        sa.PrimaryKeyConstraint("id", name="pk_signatures"),
    )
    op.create_index("ix_signatures_sample_id", "signatures", ["sample_id", "id"])
    for event, name in (
        ("UPDATE ON signatures", "signatures_no_update"),
        ("DELETE ON signatures", "signatures_no_delete"),
        (
            "INSERT ON signatures WHEN EXISTS (SELECT 1 FROM signatures WHERE id = NEW.id)",
            "signatures_no_replace",
        ),
    ):
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} BEGIN {_ONCE}; END")
