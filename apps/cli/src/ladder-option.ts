import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { LadderRung, LADDERS, type TranscodeRequestBody } from '@framefold/domain';
import { UsageError } from './command-error.ts';
import { issueLines } from './issue-lines.ts';

type LadderOption = NonNullable<TranscodeRequestBody['ladder']>;

/**
 * The ladder that `--ladder` stands for: a ladder's name, rungs of the default ladder (`720p,360p`), or a JSON file
 * with a list of rungs (`@ladder.json`).
 *
 * @throws {UsageError} naming what is wrong
 */
export function ladderOf(text: string, cwd: string): LadderOption {
  if (text.startsWith('@')) return ladderOfFile(resolve(cwd, text.slice(1)));
  if (isLadderName(text)) return text;
  const rungs: readonly LadderRung[] = LADDERS['hls-default'];
  const wanted = new Set(text.split(',').map((name) => name.trim()));
  const unknown = [...wanted].filter((name) => !rungs.some((rung) => rung.name === name));
  if (unknown.length > 0) {
    const ladders = Object.keys(LADDERS).join(', ');
    const names = rungs.map((rung) => rung.name).join(', ');
    throw new UsageError(
      `--ladder: '${unknown.join(', ')}' is neither a ladder (${ladders}) nor a rung (${names}) nor @FILE.`,
    );
  }
  return rungs.filter((rung) => wanted.has(rung.name));
}

function isLadderName(text: string): text is keyof typeof LADDERS {
  return Object.hasOwn(LADDERS, text);
}

function ladderOfFile(path: string): LadderOption {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`--ladder: ${path} can't be read as JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const parsed = LadderRung.array().min(1).safeParse(content);
  if (parsed.success) return parsed.data;
  throw new UsageError(
    [`--ladder: ${path} is not a list of rungs.`, ...issueLines(parsed.error.issues)].join('\n'),
  );
}
