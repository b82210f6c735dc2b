"""Tagih: the billing sequence as a drop-in connector."""

__version__ = "0.1.0"
