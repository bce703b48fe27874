/** Where and how the API is to be reached. */
export interface Listening {
  /** An address of this machine, `0.0.0.0` or `::` for all. */
  readonly address: string;
  /** Whether every request needs a key. */
  readonly keys: boolean;
  readonly tls: boolean;
  /** Whether a proxy in front is declared; it is its business to speak TLS. */
  readonly proxy: boolean;
}

/** Whether an address is this machine's own, which no other can reach. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address);
}

/** What forbids to listen so, a sentence each; empty when nothing does. Strangers are never served without key and TLS. */
export function listeningProblems({ address, keys, tls, proxy }: Listening): string[] {
  const outside = !isLoopback(address);
  return [
    ...(outside && !tls && !proxy
      ? [
          `listening on ${address} needs TLS (FRAMEFOLD_TLS_CERT=generated, or a certificate of your own) or a declared proxy that speaks it (FRAMEFOLD_PROXY)`,
        ]
      : []),
    ...((outside || proxy) && !keys
      ? [
          `${outside ? `listening on ${address}` : 'a proxy in front'} needs API keys: set FRAMEFOLD_KEYS=required`,
        ]
      : []),
  ];
}
