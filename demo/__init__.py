"""The embedded catalog, the program that draws it, and what is learned from it."""
