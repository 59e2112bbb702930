"""Files (photos) kept by digest; forms as data and their answers."""
