/** A secret that signs webhooks, in the form of Standard Webhooks: `whsec_` and base64. */
export interface WebhookSecret {
  readonly id: string;
  /** ms since the epoch. */
  readonly createdAt: number;
  readonly secret: string;
}

/** Until when a secret signs, ms since the epoch; absent for the newest, which signs until there is another. */
export interface SigningTerm {
  readonly secret: WebhookSecret;
  readonly signsUntil?: number;
}

/**
 * When each secret of a tenant signs: the newest from now on, each older one for a while after the one that followed it,
 * so that receivers can change over.
 *
 * @param secrets newest first
 * @param overlapMs how long an old secret signs beside its successor
 * @returns those that sign now, newest first
 */
export function signingTerms(
  secrets: readonly WebhookSecret[],
  now: number,
  overlapMs: number,
): readonly SigningTerm[] {
  return secrets
    .map((secret, index): SigningTerm => {
      const successor = secrets[index - 1];
      return successor === undefined ? { secret } : { secret, signsUntil: successor.createdAt + overlapMs };
    })
    .filter(({ signsUntil = Infinity }) => signsUntil > now);
}
