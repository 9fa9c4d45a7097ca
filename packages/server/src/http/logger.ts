import { pino, type DestinationStream, type Logger } from 'pino';

export interface LoggedError {
  readonly name: string;
  readonly code?: string;
  readonly sqlState?: string;
  /** The frames alone: a message can quote what a user wrote. */
  readonly frames?: readonly string[];
  readonly cause?: LoggedError;
}

const FRAMES_MAX = 8;
const CAUSES_MAX = 4;
const SQLSTATE = /^[0-9A-Z]{5}$/;
const CODE = /^[A-Za-z0-9_]{1,64}$/;

/** What lines of a log say of errors, requests and replies. [SEC4] */
export const LOG_SERIALIZERS = {
  err: (error: unknown) => describeError(error),
  error: (error: unknown) => describeError(error),
  req: describeRequest,
  res: describeReply,
};

/**
 * JSON lines without tokens, content ids or positions: routes are patterns, errors are names, codes and
 * frames. [SEC4]
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    serializers: LOG_SERIALIZERS,
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

export function describeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { name: typeof error };
  const code: unknown = (error as { code?: unknown }).code;
  const text = typeof code === 'string' && CODE.test(code) ? code : undefined;
  const isSqlState = text !== undefined && SQLSTATE.test(text);
  return {
    name: error.name,
    ...(text === undefined ? {} : isSqlState ? { sqlState: text } : { code: text }),
    frames: framesOf(error),
    ...(error.cause === undefined || depth >= CAUSES_MAX
      ? {}
      : { cause: describeError(error.cause, depth + 1) }),
  };
}

function framesOf(error: Error): string[] {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
    .slice(0, FRAMES_MAX)
    .map((line) => line.trim());
}

function describeRequest(request: unknown): object {
  const { method, routeOptions } = request as {
    readonly method?: string;
    readonly routeOptions?: { readonly url?: string };
  };
  return { method, route: routeOptions?.url };
}

function describeReply(reply: unknown): object {
  return { statusCode: (reply as { readonly statusCode?: number }).statusCode };
}
