"""Measures Tagih against its aims, and one of its jobs beside other queues. `make bench` runs everything."""
