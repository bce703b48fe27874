/** A message of https://html.spec.whatwg.org/multipage/server-sent-events.html. */
export interface ServerSentEvent {
  /** Of this message, or the last one before it that had one; empty before the first. */
  readonly id: string;
  /** `message`, if the server names none. */
  readonly event: string;
  readonly data: string;
}

/** Reads the messages of a stream as they come; half a message at its end is none. */
export class ServerSentEventParser {
  #text = '';
  #id = '';
  #event = '';
  #data: string[] = [];

  /** @param chunk the next piece of the stream, cut anywhere */
  push(chunk: string): ServerSentEvent[] {
    this.#text += chunk;
    const messages: ServerSentEvent[] = [];
    // A carriage return at the end may be half of a line's end.
    for (let end; (end = /\r\n|\n|\r(?!$)/.exec(this.#text)) !== null;) {
      const message = this.#take(this.#text.slice(0, end.index));
      this.#text = this.#text.slice(end.index + end[0].length);
      if (message !== undefined) messages.push(message);
    }
    return messages;
  }

  #take(line: string): ServerSentEvent | undefined {
    if (line === '') return this.#dispatch();
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    // Comments have a field without a name; `retry` is the client's own matter.
    if (field === 'id' && !value.includes('\0')) this.#id = value;
    if (field === 'event') this.#event = value;
    if (field === 'data') this.#data.push(value);
    return undefined;
  }

  #dispatch(): ServerSentEvent | undefined {
    const event = this.#event === '' ? 'message' : this.#event;
    const data = this.#data;
    this.#event = '';
    this.#data = [];
    return data.length === 0 ? undefined : { id: this.#id, event, data: data.join('\n') };
  }
}
