"""The program: window, capture, records. The model lives in model_runtime."""
