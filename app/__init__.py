"""RUV-Trata: single national register of victims of human trafficking."""

__version__ = "0.1.0"
