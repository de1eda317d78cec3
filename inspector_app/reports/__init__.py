"""Reports of a shift, a lot, a part or a period: gathered once (summary.py), written as CSV, XLSX or PDF."""
