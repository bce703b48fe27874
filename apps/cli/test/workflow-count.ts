import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { requireTool, type TestStack } from '@framefold/testing';

/** Ports of a stack: the API's comes first, Temporal's next. */
const TEMPORAL_OFFSET = 1;

/** How many workflows Temporal knows that a query is true of; what began a moment ago may not be counted yet. */
export async function workflowCount({ apiUrl }: TestStack, query: string): Promise<number> {
  const address = `127.0.0.1:${Number(new URL(apiUrl).port) + TEMPORAL_OFFSET}`;
  const args = ['workflow', 'count', '--address', address, '--query', query, '--output', 'json'];
  const { stdout } = await promisify(execFile)(requireTool('temporal'), args);
  return Number((JSON.parse(stdout) as { count?: string | number }).count ?? 0);
}
