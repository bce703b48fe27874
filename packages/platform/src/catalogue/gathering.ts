/**
 * Turns a question about many keys into one about a single key: what is asked while an answer is awaited goes together
 * into the next question. Each answer is from after its question.
 */
export function gathering<K, V>(
  ask: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>,
): (key: K) => Promise<V | undefined> {
  let next: { readonly keys: Set<K>; readonly answers: Promise<ReadonlyMap<K, V>> } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return async (key) => {
    if (next === undefined) {
      const keys = new Set<K>();
      const answers = last.then(() => {
        next = undefined;
        return ask([...keys]);
      });
      last = answers.catch(() => undefined);
      next = { keys, answers };
    }
    next.keys.add(key);
    return (await next.answers).get(key);
  };
}
