import { z } from 'zod';
import { Ladder } from './profiles.ts';
import { TranscodeRequest } from './request.ts';
import { rungOf, ScenarioName, ScenarioParameters, testSourceOf } from './scenarios.ts';

// What a scenario stands for is not a client's to write.
const { testSource: _, ...fields } = TranscodeRequest.shape;

/** The fields of a request as a client writes them, each for itself. */
export const RequestFields = z.strictObject({
  ...fields,
  ladder: Ladder.optional().describe('By default hls-default, or that of the scenario'),
  scenario: ScenarioName.optional().describe('A preset; with a generated source where sourceUrl is left out'),
  parameters: ScenarioParameters.optional().describe('What to change of the scenario'),
});

/** What goes with what, in words of JSON Schema. */
const TOGETHER = {
  anyOf: [
    { required: ['scenario'], not: { required: ['ladder'] } },
    { required: ['sourceUrl'], not: { anyOf: [{ required: ['scenario'] }, { required: ['parameters'] }] } },
  ],
};

const Fields = RequestFields.meta(TOGETHER).superRefine(
  ({ sourceUrl, ladder, scenario, parameters, endSeconds }, context) => {
    const refuse = (path: readonly string[], message: string): void =>
      context.addIssue({ code: 'custom', path: [...path], message });
    if (scenario === undefined && parameters !== undefined)
      refuse(['parameters'], 'belong to a scenario: name one');
    if (scenario !== undefined && ladder !== undefined)
      refuse(['ladder'], 'is instead of scenario: give one of them');
    if (sourceUrl !== undefined && parameters?.duration !== undefined && endSeconds !== undefined)
      refuse(['parameters', 'duration'], 'is instead of endSeconds: give one of them');
  },
);

/** Puts a scenario into the fields of a request: the rest of a job knows a ladder and a source. */
function resolve({ scenario, ...body }: z.output<typeof Fields>): z.input<typeof TranscodeRequest> {
  if (scenario === undefined) return body;
  const { sourceUrl, startSeconds = 0, parameters = {} } = body;
  const { duration } = parameters;
  return {
    ...body,
    scenario,
    ladder: [rungOf(scenario, parameters)],
    ...(sourceUrl === undefined ? { testSource: testSourceOf(scenario, parameters) } : {}),
    ...(sourceUrl !== undefined && duration !== undefined ? { endSeconds: startSeconds + duration } : {}),
  };
}

/** The body of `POST /api/transcode`, as a client writes it; gives the request. Unknown fields are refused. */
export const TranscodeRequestBody = Fields.transform(resolve).pipe(TranscodeRequest);

/** A request as clients write it: without what has a default. */
export type TranscodeRequestBody = z.input<typeof TranscodeRequestBody>;
