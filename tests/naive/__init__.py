"""The rules of the house told once more in plain words, to hold the product against: it imports none of it."""
