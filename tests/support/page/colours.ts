/** How far two colours are apart, also to the colour-blind. */

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

/** Full sight, then what protanopes, deuteranopes and tritanopes see (Machado and others, 2009, severity 1). */
const SIGHTS: readonly Matrix[] = [
  [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [
    -0.003882,
    -0.048116,
    1.051998,
  ]],
  [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
];

/** Distance in CIELAB (1976) of two colours `#rrggbb`, to those eyes that tell them apart the least. */
export function leastDistance(one: string, other: string): number {
  return Math.min(...SIGHTS.map((sight) => {
    const [a, b] = [labOf(seen(one, sight)), labOf(seen(other, sight))];
    return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
  }));
}

function seen(colour: string, sight: Matrix): Triple {
  const [r, g, b] = [1, 3, 5].map((at) => linear(parseInt(colour.slice(at, at + 2), 16) / 255));
  const channel = ([x, y, z]: Triple) => Math.min(1, Math.max(0, x * r! + y * g! + z * b!));
  return [channel(sight[0]), channel(sight[1]), channel(sight[2])];
}

function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function labOf([r, g, b]: Triple): Triple {
  const f = (t: number) => t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116;
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
