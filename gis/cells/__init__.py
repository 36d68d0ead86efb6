"""A uniform grid of cells over several layers of zones: most points are answered by two look-ups.

The folder's way: `edges` takes the borders of zones apart, `signatures` and `sweep` fill the grid row by row,
`grid` holds the result, `locate` asks it for points, `mesh` and `borders_near` measure distances to borders.
"""
