/** The bounds of every input over HTTP. [SEC3] What an operator may choose is in the settings. */

export const BODY_BYTES_MAX = 1_048_576;
/** Of the export of another program, packed: it is in memory while it is read. */
export const UPLOAD_BYTES_MAX = 33_554_432;
/** A page of that length or more is compressed; below, it costs more than it saves. */
export const COMPRESSED_BYTES_MIN = 4_096;
/** Nesting of objects and arrays in a JSON body. */
export const JSON_DEPTH_MAX = 32;
/** An id in a path is at most 255 code points of 4 bytes, each byte 3 characters when encoded. */
export const PATH_ID_LENGTH_MAX = 8_192;
/** Ops of a push that are worked on in one turn of the event loop, while others wait: less than a millisecond. [GC9] */
export const OPS_PER_PIECE = 50;
/** A body of that length or more is parsed in a turn of its own, in UTF-16 code units. [GC9] */
export const PARSED_AT_ONCE_LENGTH_MAX = 4_096;
export const LIST_LIMIT_DEFAULT = 100;
/** Rows of each kind in one answer of the inspector: a user may have far more. */
export const INSPECTED_ROWS_MAX = 1_000;
/** Exports that this instance sends at one time: each holds a page, and asks the database for the next. */
export const EXPORTS_AT_ONCE_MAX = 8;
export const EXPORTS_OF_USER_AT_ONCE_MAX = 1;
/** Live tails of the inspector that this instance serves at one time. */
export const OP_TAILS_MAX = 20;
/**
 * What waits of a tail for a reader who does not keep up, in UTF-16 code units; past it the newest lines are
 * dropped and counted.
 */
export const OP_TAIL_LENGTH_MAX = 1_048_576;
/** Ops that come while a tail reads the registers. */
export const OP_TAIL_EARLY_MAX = 100;
/** Registers whose last write a tail remembers, to say what the next one won over. */
export const OP_TAIL_REGISTERS_MAX = 1_000;
export const OP_TAIL_HEARTBEAT_MS = 15_000;
/** A tail ends after this long, or with its token: whoever looks opens the next one. */
export const OP_TAIL_DURATION_MAX_MS = 60 * 60_000;
/** Contents in one call that writes the catalogue, and other ids of each. */
export const CONTENTS_PER_CALL_MAX = 1_000;
export const ALIASES_PER_ENTRY_MAX = 50;
/** Contents in one read of the catalogue. */
export const CONTENTS_PER_READ_MAX = 100;
/**
 * Contents and series that a list of Continue Watching looks at, those that a user last did something with: with a few cards
 * it would else read all there is. [OPS3]
 */
export const ENGAGED_PER_LIST_MAX = 5_000;
export const CARDS_DEFAULT = 20;
export const CARDS_MAX = 100;
/** Rows in one answer of /sync. */
export const CHANGES_PER_PAGE = 1_000;
export const RATE_WINDOW_MS = 10_000;
/** Users and addresses whose rate is remembered at one time; those that were looked at longest ago are forgotten first. */
export const RATE_KEYS_MAX = 50_000;
/** The other rates of a user, for each request of `CUEPOINT_RATE_LIMIT`: with its default 10,000 ops, 8 MiB and 200,000 rows in 10 s. */
export const OPS_PER_REQUEST = 10;
export const BYTES_PER_REQUEST = 8_192;
export const ROWS_PER_REQUEST = 200;
/** Hellos of one user in 10 s: each reads what was missed, and the devices. [SEC3] */
export const HELLOS_PER_WINDOW_MAX = 200;
/** Times that an unstamped write is stamped anew after it met a stamp of its own. */
export const STAMP_ATTEMPTS_MAX = 3;
/** Requests that wait, each with its body, for a database that is away before their first read. */
export const REQUESTS_WAITING_MAX = 1_000;
/** From the first byte of a request to the last; a slow sender holds no socket longer. */
export const REQUEST_TIMEOUT_MS = 60_000;
/** From the first byte of a request to the end of its head. */
export const HEAD_TIMEOUT_MS = 15_000;
/** How often connections are looked at for heads and requests that take too long. */
export const TIMEOUT_CHECK_INTERVAL_MS = 5_000;
/** A connection on which nothing moves, such as an answer that nobody reads, is closed after this long. */
export const STALLED_TIMEOUT_MS = 75_000;
/** The same while the service stops. */
export const STUCK_PEER_MS = 5_000;
/** Connections besides the live sockets; past it idle ones are closed, and a new one is refused. */
export const PLAIN_CONNECTIONS_MAX = 5_000;
/** Of them of one address; a trusted proxy has no bound of its own. */
export const PLAIN_CONNECTIONS_PER_ADDRESS_MAX = 1_000;
export const KEEP_ALIVE_TIMEOUT_MS = 72_000;
/**
 * Connections that the system holds until they are accepted; its own bound (`somaxconn`) may be lower. Past
 * it a herd of reconnects is reset instead of waiting its turn: Node's default of 511 is passed within a second.
 */
export const LISTEN_BACKLOG = 4_096;
