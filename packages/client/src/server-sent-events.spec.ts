import { ServerSentEventParser } from './server-sent-events.ts';

const parse = (...chunks: string[]) => {
  const parser = new ServerSentEventParser();
  return chunks.flatMap((chunk) => parser.push(chunk));
};
const message = (data: string, id = '', event = 'message') => ({ id, event, data });

describe('messages of a stream', () => {
  it.each<[string, string, object[]]>([
    ['data', 'data: a\n\n', [message('a')]],
    ['id and event', 'id: 7\nevent: end\ndata: a\n\n', [message('a', '7', 'end')]],
    ['the last id, also later', 'id: 7\ndata: a\n\ndata: b\n\n', [message('a', '7'), message('b', '7')]],
    [
      'an event for one message alone',
      'event: x\ndata: a\n\ndata: b\n\n',
      [message('a', '', 'x'), message('b')],
    ],
    ['several lines', 'data: a\ndata: b\n\n', [message('a\nb')]],
    [
      'one space, which is not part of the value',
      'data:a\ndata:  b\ndata: c: d\n\n',
      [message('a\n b\nc: d')],
    ],
    ['a field without a colon', 'data\n\n', [message('')]],
    [
      'lines that end otherwise',
      'data: a\r\n\r\ndata: b\r\rdata: c\n\n',
      [message('a'), message('b'), message('c')],
    ],
    ['separators that are text in JSON', 'data: "\u2028"\n\n', [message('"\u2028"')]],
    ['no comments, unknown fields or empty messages', ': hello\n\nretry: 5\nfoo: bar\n\nevent: x\n\n', []],
    ['no id with a null', 'id: 1\0\ndata: a\n\n', [message('a')]],
    ['not the half of one', 'data: a\n\ndata: b\n', [message('a')]],
  ])('have %s', (_, text, expected) => {
    expect(parse(text)).toEqual(expected);
    // However the network cuts them.
    expect(parse(...Array.from(text))).toEqual(expected);
    for (let cut = 1; cut < text.length; cut += 1)
      expect(parse(text.slice(0, cut), text.slice(cut))).toEqual(expected);
  });
});
