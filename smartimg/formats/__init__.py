"""How dates are written where a language's own way is not ours: day, month, year, and hours of 24."""
