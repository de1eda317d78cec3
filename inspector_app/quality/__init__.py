"""Figures of the field, and how they are shown: rates, differences to a golden photo, plots, reports. No Qt."""
