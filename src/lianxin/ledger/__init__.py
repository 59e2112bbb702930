"""留痕: the append-only, chained history of changes and of looks."""
