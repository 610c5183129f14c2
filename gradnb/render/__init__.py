"""Pure functions from a view to text, HTML, DOT and pictures."""
