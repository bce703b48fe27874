import type { Delivery } from '@framefold/client';
import { connect } from '../connect.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { columns } from '../format.ts';
import type { Io } from '../io.ts';
import type { Voice } from '../reporter.ts';

/** `framefold deliveries JOB`: the job's webhooks and what became of them, as a table or as a JSON list in one line. */
export async function listDeliveries(jobId: string, options: Voice, io: Io): Promise<ExitCode> {
  const deliveries = await connect(io).webhooks.deliveries(jobId);
  const text = options.json === true ? JSON.stringify(deliveries) : deliveryTable(deliveries).join('\n');
  io.stdout.write(`${text}\n`);
  return EXIT.ok;
}

/** `framefold deliveries send-again ID`: once more, whatever became of it. */
export async function sendAgain(id: string, io: Io): Promise<ExitCode> {
  const { url } = await connect(io).webhooks.sendAgain(id);
  io.stdout.write(`Webhook ${id} is on its way to ${url}.\n`);
  return EXIT.ok;
}

function deliveryTable(deliveries: readonly Delivery[]): string[] {
  if (deliveries.length === 0) return ['No webhooks.'];
  const rows = deliveries.map(({ id, event, state, attempts, nextAttemptAt }) => {
    const next = nextAttemptAt === undefined ? '' : timeOf(nextAttemptAt);
    return [id, event, state, String(attempts.length), next, attempts.at(-1)?.error ?? ''];
  });
  return columns([['ID', 'EVENT', 'STATE', 'ATTEMPTS', 'NEXT (UTC)', 'LAST ERROR'], ...rows]);
}

function timeOf(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
