/** How often a picture would be viewed, from its neighbours: a mean that few neighbours hardly move. Pure. */

/** As many neighbours as the mean of the catalogue is worth. */
const PRIOR_PICTURES = 5;

/**
 * Views reckoned from the neighbours' views and the catalogue's geometric mean, both as logarithms, since a few pictures
 * have most of the views. `mean`: mean of log(1 + views) over the catalogue.
 */
export function popularityOf(views: readonly number[], mean: number): number {
  const sum = views.reduce((total, own) => total + Math.log1p(own), 0);
  return Math.expm1((PRIOR_PICTURES * mean + sum) / (PRIOR_PICTURES + views.length));
}
