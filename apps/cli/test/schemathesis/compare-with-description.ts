import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestStack } from '@framefold/testing';
import { z } from 'zod';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** The same cases in every run. */
const SEED = 6;

const Report = z.object({
  complete: z.boolean(),
  operations: z.object({ total: z.number(), tested: z.number(), errored: z.number() }),
  test_cases: z.object({ generated: z.number() }),
  failures: z.array(z.object({ code: z.string(), title: z.string(), operations: z.array(z.string()) })),
  errors: z.array(z.unknown()),
});

/** What schemathesis found. */
export interface Comparison {
  readonly operations: number;
  /** Requests that were made up, and whose answers were checked. */
  readonly cases: number;
  /** In words, with the requests that show them; empty when the API is as it is described. */
  readonly findings: string;
}

/**
 * Variables of a stack that is asked: what is made up is submitted, too, and is to end soon. All of it goes with the
 * stack.
 */
export const SHORT_JOBS = {
  FRAMEFOLD_ENCODE_SLOTS: '1',
  FRAMEFOLD_LIMITS: 'time=2',
  FRAMEFOLD_LIMITS_LIVE: 'time=2',
  FRAMEFOLD_LIMITS_BATCH: 'time=2',
};

/** Who asks, and how much. */
interface Asking {
  /** An API key; without one, that of nobody. */
  readonly key?: string | undefined;
  /** Requests that are made up for each operation, beside those that its schema's limits call for. */
  readonly examples: number;
  readonly phases: readonly ('examples' | 'coverage' | 'fuzzing' | 'stateful')[];
  /** Whether dry runs are asked for, each of which takes seconds; otherwise their requests are submitted. */
  readonly dryRuns?: boolean;
}

/**
 * Holds a running stack against the description that it serves: schemathesis makes up requests, right and wrong ones,
 * and checks every answer (https://schemathesis.readthedocs.io/en/stable/reference/checks/).
 */
export async function compareWithDescription(
  { apiUrl }: TestStack,
  { key, examples, phases, dryRuns = true }: Asking,
): Promise<Comparison> {
  // Framefold itself never starts it, so this is not part of its configuration.
  const program = process.env.FRAMEFOLD_SCHEMATHESIS;
  if (program === undefined || program === '')
    throw new Error('FRAMEFOLD_SCHEMATHESIS is not set; run the tests by npm test.');
  // It keeps what it finds, and writes its report, where it is started.
  const folder = await mkdtemp(join(tmpdir(), 'framefold-schemathesis-'));
  try {
    const args = [
      ...['--config-file', join(FOLDER, 'schemathesis.toml'), '--no-color', 'run', `${apiUrl}/openapi.json`],
      ...['--checks', 'all', '--phases', phases.join(','), '--max-examples', String(examples)],
      ...['--seed', String(SEED), '--generation-database', 'none'],
      ...['--report', 'json', '--report-json-path', 'report.json'],
      ...(key === undefined ? [] : ['--header', `Authorization: Bearer ${key}`]),
    ];
    const output = await run(program, args, folder, {
      SCHEMATHESIS_KEY_ID: key?.split('_')[1] ?? '',
      SCHEMATHESIS_DRY_RUNS: dryRuns ? 'yes' : '',
    });
    const text = await readFile(join(folder, 'report.json'), 'utf8').catch(() => undefined);
    if (text === undefined) throw new Error(`schemathesis made no report: ${output}`);
    const { complete, operations, test_cases, failures, errors } = Report.parse(JSON.parse(text));
    const isWhole = complete && operations.tested === operations.total && operations.errored === 0;
    const isFine = isWhole && failures.length === 0 && errors.length === 0;
    return { operations: operations.tested, cases: test_cases.generated, findings: isFine ? '' : output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Its output, however it ends: what it found, it also says in its report. */
function run(
  program: string,
  args: readonly string[],
  cwd: string,
  settings: Readonly<Record<string, string>>,
): Promise<string> {
  const env = {
    ...process.env,
    PYTHONPATH: FOLDER,
    PYTHONDONTWRITEBYTECODE: '1',
    ...settings,
  };
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env, maxBuffer: 256 * 1024 * 1024 }, (_, stdout, stderr) =>
      resolve(`${stdout}${stderr}`),
    );
  });
}
