"""The model of Kensa: photo and voice in, verdict out. No window, no database, no camera.

Importing this package loads nothing heavy; torch is imported by the modules that compute.
`verdict` holds all that crosses the border to the program.
"""

import os

for _cache in ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY"):
    # oneDNN keeps a kernel for each shape it has met, 1,024 of them: notes of ever other lengths took 330 MB in 240
    # units. With 64 a judge stays at 710 MB and takes no longer. Read by torch once, when it is imported.
    os.environ.setdefault(_cache, "64")
