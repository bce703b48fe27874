import { percentile } from './percentile.ts';

it.each([
  [[3], 99, 3],
  [Array.from({ length: 100 }, (_, index) => 100 - index), 99, 99],
  [Array.from({ length: 200 }, (_, index) => index + 1), 50, 100],
  [[2, 1], 0, 1],
])('of %j, %d percent do not exceed %d', (values, percent, expected) => {
  expect(percentile(values, percent)).toBe(expected);
});
