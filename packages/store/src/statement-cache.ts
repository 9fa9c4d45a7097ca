import { readSql } from './sql-files.ts';

export type StatementText = (name: string) => string;

/** Reads each statement once and keeps it with the schema's name in it. */
export function createStatementCache(schema: string): StatementText {
  const textByName = new Map<string, string>();
  return (name) => {
    let text = textByName.get(name);
    if (text === undefined) {
      text = readSql(name, schema);
      textByName.set(name, text);
    }
    return text;
  };
}
