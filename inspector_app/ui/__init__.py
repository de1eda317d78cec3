"""The window: Qt only, no database, no model."""
