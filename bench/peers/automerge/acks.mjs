/**
 * Automerge has no acks. What comes nearest: the server names its heads in each sync message, and a change
 * that is among them, or behind one that is, has reached its memory. Only one device changes a document
 * here, so its changes are a line.
 */
export function createAcks() {
  const waiting = [];
  const wait = (hash, acked) => {
    waiting.push({ hash, acked });
  };
  const onServerHeads = (heads) => {
    const reached = waiting.findLastIndex(({ hash }) => heads.includes(hash));
    for (const { acked } of waiting.splice(0, reached + 1)) acked();
  };
  return { wait, onServerHeads };
}
