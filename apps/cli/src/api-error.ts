import { z } from 'zod';
import { CommandError } from './command-error.ts';

const Problem = z.object({
  title: z.string().optional(),
  detail: z.string().optional(),
  error: z.string().optional(),
  code: z.string().optional(),
  hint: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

/** A field of a request that the API refused. */
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

/** The API's refusal, or its silence. */
export class ApiError extends CommandError {
  override readonly name = 'ApiError';
  constructor(
    fault: { code: string; message: string; hint?: string | undefined },
    /** HTTP status; undefined when no answer came. */
    readonly status?: number,
    readonly fields: readonly FieldProblem[] = [],
    options?: ErrorOptions,
  ) {
    super(fault.code, fault.message, fault.hint, options);
  }

  /** Whether the same call may succeed in a moment: the API is starting, restarting or overloaded. */
  get isOutage(): boolean {
    return this.status === undefined || [429, 502, 503, 504].includes(this.status);
  }
}

/** The error that an answer other than 2xx stands for: problem details as in RFC 9457, if it holds them. */
export async function errorOfAnswer(answer: Response): Promise<ApiError> {
  const text = await answer.text().catch(() => '');
  const problem = Problem.safeParse(parseJson(text)).data;
  if (problem === undefined) {
    const message = `${new URL(answer.url).origin} answered ${answer.status} and not as Framefold does.`;
    const hint = 'Another program may be using the port; set FRAMEFOLD_PORT.';
    return new ApiError({ code: 'API_UNEXPECTED', message, hint }, answer.status);
  }
  const { code, error, detail, title, hint, errors } = problem;
  const message = error ?? detail ?? title ?? `The API answered ${answer.status}.`;
  return new ApiError({ code: code ?? `HTTP_${answer.status}`, message, hint }, answer.status, errors);
}

/** The error for a call that got no answer at all. */
export function errorOfSilence(cause: unknown, origin: string): ApiError {
  const fault = isTimeout(cause)
    ? {
        code: 'API_TIMEOUT',
        message: `The API at ${origin} did not answer in time.`,
        hint: 'Look at `framefold up --foreground`.',
      }
    : {
        code: 'API_UNREACHABLE',
        message: `No API answers at ${origin} (${reasonOf(cause)}).`,
        hint: 'Start the stack with `npm start` or `framefold up`; FRAMEFOLD_PORT chooses the port.',
      };
  return new ApiError(fault, undefined, [], { cause });
}

// fetch says only that it failed; why is in its cause.
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  return cause?.code ?? cause?.message ?? message ?? 'no reason given';
}

/** Whether a call ended because its time was over. */
export function isTimeout(error: unknown): boolean {
  return (error as { name?: unknown } | undefined)?.name === 'TimeoutError';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
