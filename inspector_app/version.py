"""The program's version, as records and logs carry it. A test holds it equal to pyproject.toml."""

APP_VERSION = "0.1.0"
