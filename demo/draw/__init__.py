"""Draws product photos: meshes, materials and a small rasteriser with soft light."""
