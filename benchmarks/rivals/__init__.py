"""The same reminder job on other queues: one short script for each, `job.py` is what all of them run."""
