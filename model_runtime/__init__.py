"""The model of Kensa: photo and voice in, verdict out. No window, no database, no camera.

Importing this package loads nothing heavy; torch is imported by the modules that compute.
`verdict` holds all that crosses the border to the program.
"""
