import { BatchHeader, LadderRung, TranscodeRequest } from '@framefold/domain';

type Fields = Readonly<Record<string, unknown>>;

const SOURCE = { sourceUrl: 'https://media.example/a.mp4' };
const REQUEST_DEFAULTS = without(TranscodeRequest.parse(SOURCE), SOURCE);
const RUNG = { name: 'a', shortSide: 720, maxrateKbps: 900 };
const RUNG_DEFAULTS = without(LadderRung.parse(RUNG), RUNG);
const HEADER_DEFAULTS = BatchHeader.parse({});

/**
 * What a request says beyond the defaults, its fields in one order: the same in a version that has further fields with
 * defaults. Of a scenario the name and its changes, not what it stands for.
 */
export function requestWithoutDefaults({ ladder, testSource, ...request }: TranscodeRequest): Fields {
  const meant = {
    ...request,
    append: request.append.map((input) => beyond(input, {})),
    ...(request.scenario === undefined
      ? { testSource, ladder: typeof ladder === 'string' ? ladder : ladder.map(rungWithoutDefaults) }
      : {}),
  };
  return beyond(meant, REQUEST_DEFAULTS);
}

/** What a batch says of itself beyond the defaults; see {@link requestWithoutDefaults}. */
export function headerWithoutDefaults(header: BatchHeader): Fields {
  return beyond(header, HEADER_DEFAULTS);
}

function rungWithoutDefaults(rung: LadderRung): Fields {
  return beyond(rung, RUNG_DEFAULTS);
}

/** The fields in which a value differs from what is usual, by name; what is empty then says nothing. */
function beyond(value: Fields, usual: Fields): Fields {
  const own: Record<string, unknown> = {};
  for (const name of Object.keys(value).sort()) {
    const [field, other] = [value[name], usual[name]];
    if (isObject(field)) {
      const fields = beyond(field, isObject(other) ? other : {});
      if (Object.keys(fields).length > 0) own[name] = fields;
    } else if (!isSame(field, other)) own[name] = field;
  }
  return own;
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || (Array.isArray(one) && JSON.stringify(one) === JSON.stringify(other));
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function without(value: Fields, names: Fields): Fields {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !(name in names)));
}
