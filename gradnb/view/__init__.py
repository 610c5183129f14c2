"""What an explanation shows, and how it is worked out from a gradient's trace."""
