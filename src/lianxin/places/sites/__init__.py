"""Sites (场所): compounds, enterprises and public places that have a plate of their own."""
