"""Computer vision and learning of smartimg: plain Python over arrays and frozen dataclasses."""
