"""`tagih demo`: the whole story, by the real engine, on a virtual clock, in a home that is thrown away."""

from connector.demo.story import run

__all__ = ["run"]
