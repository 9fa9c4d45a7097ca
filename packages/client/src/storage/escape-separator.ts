/** One character at a time, so that a prefix of a text is one of its escaped form too. */
export function escapeSeparator(text: string): string {
  return text.replace(/%/g, '%25').replace(/\|/g, '%7C');
}
