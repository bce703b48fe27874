import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';

/**
 * How long a call waits before it answers that it goes on. Clients and proxies that give up after ten seconds are
 * common, and hear of it in time.
 */
export const LONGEST_WAIT_MS = 8_000;

/** Documents the answer of a call that takes longer than a request may: the same call again waits on. */
export function GoesOnResponse(standardSchema: z.ZodType): MethodDecorator {
  const headers = { 'Retry-After': { description: 'In seconds', schema: { type: 'string' as const } } };
  const description = 'It goes on; the same call again waits on';
  return applyDecorators(ApiResponse({ status: 202, standardSchema, description, headers }));
}

/** Makes an answer one of {@link GoesOnResponse}. */
export function goesOn(response: Response): void {
  response.status(202).setHeader('Retry-After', '1');
}
