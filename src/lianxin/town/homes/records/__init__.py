"""Records: what is kept on pages of its own (posts, leaves, sites…), each with its history and a way back."""
