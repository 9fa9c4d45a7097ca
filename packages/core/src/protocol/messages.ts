import { AckSchema, type Ack } from './down/ack.ts';
import { ChangesSchema, type Changes } from './down/changes.ts';
import { CommandResultSchema, type CommandResult } from './down/command-result.ts';
import { ErrorSchema, type ErrorMessage } from './down/error.ts';
import { PresenceSchema, type Presence } from './down/presence.ts';
import { ReceiveCommandSchema, type ReceiveCommand } from './down/receive-command.ts';
import { WelcomeSchema, type Welcome } from './down/welcome.ts';
import { HeartbeatSchema, type Heartbeat } from './up/heartbeat.ts';
import { HelloSchema, type Hello } from './up/hello.ts';
import { PushSchema, type Push } from './up/push.ts';
import { RenewSchema, type Renew } from './up/renew.ts';
import { ReportCommandSchema, type ReportCommand } from './up/report-command.ts';
import { SendCommandSchema, type SendCommand } from './up/send-command.ts';

/** From a client to the service. */
export type UpMessage = Hello | Push | Heartbeat | Renew | SendCommand | ReportCommand;
/** From the service to a client. Clients pass over types and fields that they do not know. */
export type DownMessage =
  | Welcome
  | Ack
  | Changes
  | Presence
  | ReceiveCommand
  | CommandResult
  | ErrorMessage;

export const UP_SCHEMAS = {
  hello: HelloSchema,
  push: PushSchema,
  heartbeat: HeartbeatSchema,
  renew: RenewSchema,
  command: SendCommandSchema,
  commandResult: ReportCommandSchema,
} as const satisfies Record<UpMessage['type'], unknown>;

export const DOWN_SCHEMAS = {
  welcome: WelcomeSchema,
  ack: AckSchema,
  changes: ChangesSchema,
  presence: PresenceSchema,
  command: ReceiveCommandSchema,
  commandResult: CommandResultSchema,
  error: ErrorSchema,
} as const satisfies Record<DownMessage['type'], unknown>;
