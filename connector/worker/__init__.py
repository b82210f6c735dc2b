"""The loop that acts: claims, sends, reconciles, applies the inbox, lets time pass."""
