import type { TranscodeRequest } from '@framefold/domain';
import { assertAllowedUrl, ForbiddenUrlError, type PrivateNetworks } from '@framefold/platform';
import { ProblemError } from '../problem/problem-error.ts';

/**
 * Refuses a webhook to an address that must not be reached, where the URL spells it out. Names are looked up when
 * something is sent to them.
 *
 * @param at before the path of what is wrong
 * @throws {ProblemError} VALIDATION_FAILED
 */
export function assertWebhookUrl(
  { webhookUrl }: Pick<TranscodeRequest, 'webhookUrl'>,
  privateNetworks: PrivateNetworks,
  at = '',
): void {
  if (webhookUrl === undefined) return;
  try {
    assertAllowedUrl(new URL(webhookUrl), privateNetworks);
  } catch (error) {
    if (!(error instanceof ForbiddenUrlError)) throw error;
    const errors = [{ path: `${at}webhookUrl`, message: error.message, rule: true }] as const;
    throw new ProblemError(
      'VALIDATION_FAILED',
      `The request is not valid: ${at}webhookUrl: ${error.message}`,
      {
        errors,
      },
    );
  }
}
