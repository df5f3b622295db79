# Conway's game of life on a set of cells.
from collections import Counter
def step(cells):
    counts = Counter((x + dx, y + dy) for x, y in cells for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy)
    return {cell for cell, n in counts.items() if n == 3 or (n == 2 and cell in cells)}
def show(cells, size=6):
    return "\n".join("".join("#" if (x, y) in cells else "." for x in range(size)) for y in range(size))
glider = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}
for generation in range(3):
    print(f"generation {generation}")
    print(show(glider))
    glider = step(glider)
for _ in range(50):
    glider = step(glider)
print(len(glider), sorted(glider)[0])
