"""The sandbox: a provider that remembers, phones that answer, faults on order. Absent when live."""
