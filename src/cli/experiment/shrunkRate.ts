/** Click rates of single pictures: Beta-Binomial, with the rate of their cluster as the prior. Pure. */

export type Counts = { readonly views: number; readonly clicks: number };
export type ShrunkRate = { readonly mean: number; readonly low: number; readonly high: number };

/**
 * How many views the prior is worth, by moments: from how much the rates of a cluster's pictures differ beyond chance.
 * Between 1 and `MOST`; pictures that do not differ at all get `MOST`.
 */
export function priorViews(pictures: readonly Counts[]): number {
  const seen = pictures.filter(({ views }) => views > 0);
  const views = seen.reduce((sum, picture) => sum + picture.views, 0);
  const rate = seen.reduce((sum, picture) => sum + picture.clicks, 0) / views;
  const squares = seen.reduce((sum, picture) => sum + picture.views * (picture.clicks / picture.views - rate) ** 2, 0);
  const n = views - seen.reduce((sum, picture) => sum + picture.views ** 2, 0) / views;
  const chance = rate * (1 - rate);
  const between = (squares - (seen.length - 1) * chance) / n;
  if (!(between > 0)) return MOST;
  return Math.min(MOST, Math.max(1, chance / between - 1));
}

const MOST = 10_000;

/** The rate of a picture: mean and the middle 95 % of the posterior. `prior`: rate of its cluster, above 0 and below 1. */
export function shrunkRate({ views, clicks }: Counts, prior: number, worth: number): ShrunkRate {
  const [a, b] = [prior * worth + clicks, (1 - prior) * worth + views - clicks];
  return { mean: a / (a + b), low: betaQuantile(0.025, a, b), high: betaQuantile(0.975, a, b) };
}

export function betaQuantile(p: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (betaCdf(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The regularised incomplete beta function, by its continued fraction (Press et al., "Numerical Recipes", 6.4). */
export function betaCdf(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const nonZero = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-12) break;
  }
  return h;
}

/** Stirling's series, after steps up to where it is exact to 1e-13. */
function logGamma(x: number): number {
  let shift = 0;
  for (; x < 15; x++) shift -= Math.log(x);
  const y = 1 / (x * x);
  const series = (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y / 1680))) / x;
  return shift + (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}
