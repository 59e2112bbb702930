"""What an administrator keeps without code: each register names its rows, its fields and what must hold of them."""
