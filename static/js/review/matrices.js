// Maps of the plane as CSS writes them: [a, b, c, d, e, f] takes x, y to a·x + c·y + e, b·x + d·y + f.
export const IDENTITY = [1, 0, 0, 1, 0, 0];

// First `second`, then `first`, as matrices multiply.
export function multiply(first, second) {
  const [a, b, c, d, e, f] = first;
  const [g, h, i, j, k, l] = second;
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}

export const chain = (...matrices) => matrices.reduce(multiply);
export const scale = (by) => [by, 0, 0, by, 0, 0];

export function invert([a, b, c, d, e, f]) {
  const det = a * d - b * c;
  return [d / det, -b / det, -c / det, a / det, (c * f - d * e) / det, (b * e - a * f) / det];
}

// Rows of the server's form, a b e / c d f, in CSS's order.
export const fromRows = ([a, b, e, c, d, f]) => [a, c, b, d, e, f];

// A picture of this size into the middle of a box, as large as fits.
export function fit(size, box) {
  const by = Math.min(box.width / size.width, box.height / size.height);
  return [by, 0, 0, by, (box.width - by * size.width) / 2, (box.height - by * size.height) / 2];
}

export const toCss = (matrix) => `matrix(${matrix.map((value) => value.toFixed(5)).join(",")})`;
