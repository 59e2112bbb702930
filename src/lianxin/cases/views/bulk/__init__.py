"""Many cases at once: choosing what to do, what came of it, and taking it back."""
