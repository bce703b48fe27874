import { signingTerms, type WebhookSecret } from './webhook-secret.ts';

const secret = (createdAt: number): WebhookSecret => ({
  id: `of ${createdAt}`,
  createdAt,
  secret: `whsec_${createdAt}`,
});

describe('signingTerms', () => {
  it.each([
    ['none', [], 5, []],
    ['the only one, for good', [100], 9_999, [[100, undefined]]],
    [
      'the old one beside the new one',
      [100, 0],
      149,
      [
        [100, undefined],
        [0, 150],
      ],
    ],
    ['not the old one when its time is over', [100, 0], 150, [[100, undefined]]],
    [
      'several old ones after quick changes',
      [120, 110, 100, 0],
      155,
      [
        [120, undefined],
        [110, 170],
        [100, 160],
      ],
    ],
  ] as const)('%s', (_, created, now, expected) => {
    const terms = signingTerms(created.map(secret), now, 50);
    expect(terms.map(({ secret: { createdAt }, signsUntil }) => [createdAt, signsUntil])).toEqual(expected);
  });
});
