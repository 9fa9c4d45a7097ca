import { InvalidArgumentError } from 'commander';

/** A parser of settings as one of flags: what it refuses is told with the flag's name. */
export function parseFlag<Value>(parse: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };
}
