"""The window: Qt only, no database, no model.

PySide6 puts itself between `import` and every module, to read in its source whether it asks for another spelling of
Qt's names. Nothing here does, and a tenth of the window's start would be spent on reading: Python's own import is put
back. It must be here, before the first module of the window.
"""

import builtins

import PySide6.QtCore  # noqa: F401 - this is what puts itself there

builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
