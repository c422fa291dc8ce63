"""What runs before any wheel is there: plain Python, no import from outside this folder."""
