"""What arguments may hold: dates, counts, shares, costs; and who acts. Knows no command."""

import argparse
from datetime import UTC, datetime, time

from inspector_app.texts import storable


def acting(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "--as", dest="acting", metavar="NAME", type=storable, help="who does this, where people are registered"
    )


def from_time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)  # without a zone, the local one is meant
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{text!r} is no date like 2026-01-31 or 2026-01-31T08:00") from None


def to_time(text: str) -> datetime:
    moment = from_time(text)
    if len(text) > len("2026-01-31"):
        return moment
    return datetime.combine(datetime.fromisoformat(text), time.max).astimezone(UTC)


def some(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no count from 1")
    return int(text)


def per_cent(text: str) -> int:
    if not text.isdecimal() or int(text) > 90:
        raise argparse.ArgumentTypeError(f"{text!r} is no share from 0 to 90 per cent")
    return int(text)


def cost(text: str) -> float:
    try:
        cost = float(text)
    except ValueError:
        cost = 0.0
    if not 0.0 < cost < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no weight above zero")
    return cost


def count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no count")
    return int(text)
