"""The rules of billing by message: plain values and functions; no clock, file, network or database."""
