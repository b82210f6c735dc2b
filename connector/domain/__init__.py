"""The rules of billing by message: plain values and functions that read no clock, file, network or database."""
