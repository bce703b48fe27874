import { createSocket } from 'node:dgram';
import { Resolver, type lookup, type LookupAddress } from 'node:dns';
import { promisify } from 'node:util';

const TYPE = { A: 1, AAAA: 28 } as const;

/** Outside of every range that was ever given out, and still in the part of IPv6 that is public: nobody is there. */
const PUBLIC = { address: '2d00::1', bytes: [0x2d, ...Array<number>(14).fill(0), 1] };
const LOOPBACK_BYTES = [127, 0, 0, 1];

/** A name server whose names change their meaning. */
export interface RebindingDns {
  /** Looks names up there, and nowhere else. */
  readonly lookup: typeof lookup;
  /** What it has answered so far: an address, for each look-up that found one. */
  readonly answers: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts a name server for which every name is at a public address when it is asked for the first time, and at 127.0.0.1
 * from then on, each for 0 s: who looks a name up twice, once to check it and once to connect, ends up inside.
 */
export async function startRebindingDns(): Promise<RebindingDns> {
  const socket = createSocket('udp4');
  const asked = new Map<string, number>();
  socket.on('message', (query, { port, address }) => {
    const { question, type } = questionOf(query);
    const key = `${type} ${question.toString('latin1')}`;
    const times = (asked.get(key) ?? 0) + 1;
    asked.set(key, times);
    const data =
      type === TYPE.AAAA && times === 1
        ? PUBLIC.bytes
        : type === TYPE.A && times > 1
          ? LOOPBACK_BYTES
          : undefined;
    socket.send(responseTo(query, question, type, data), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const resolver = new Resolver({ timeout: 2_000 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  const resolve6 = promisify(resolver.resolve6.bind(resolver)) as (name: string) => Promise<string[]>;
  const resolve4 = promisify(resolver.resolve4.bind(resolver)) as (name: string) => Promise<string[]>;

  const answers: string[] = [];
  const lookUp = async (name: string): Promise<LookupAddress[]> => {
    const [six, four] = await Promise.all([resolve6(name).catch(() => []), resolve4(name).catch(() => [])]);
    const found = [
      ...six.map((address) => ({ address, family: 6 })),
      ...four.map((address) => ({ address, family: 4 })),
    ];
    answers.push(...found.map(({ address }) => address));
    return found;
  };
  return {
    lookup: ((name: string, _options: object, done: (error: null, all: LookupAddress[]) => void) => {
      void lookUp(name).then((all) => done(null, all));
    }) as unknown as typeof lookup,
    answers,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** The question of a query (RFC 1035, section 4.1.2): labels up to an empty one, then type and class. */
function questionOf(query: Buffer): { question: Buffer; type: number } {
  let end = 12;
  while (query[end] !== 0) end += (query[end] ?? 0) + 1;
  return { question: query.subarray(12, end + 5), type: query.readUInt16BE(end + 1) };
}

function responseTo(query: Buffer, question: Buffer, type: number, data: number[] | undefined): Buffer {
  const header = Buffer.from([
    ...query.subarray(0, 2),
    0x81,
    0x80,
    0,
    1,
    0,
    data === undefined ? 0 : 1,
    0,
    0,
    0,
    0,
  ]);
  if (data === undefined) return Buffer.concat([header, question]);
  // The name by a pointer to the question; class IN; to be kept for 0 s.
  const answer = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length, ...data]);
  return Buffer.concat([header, question, answer]);
}
