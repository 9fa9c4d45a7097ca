import { Type, type Static } from 'typebox';
import { DEVICE_NAME_PATTERN, SHORT_TEXT_PATTERN } from '../device-text.ts';
import { DEVICE_TYPES, RESOLUTIONS } from '../device-info.ts';
import { DeviceIdSchema } from '../wire-op.ts';
import { FORMATS_MAX } from './limits.ts';

/** Nothing that a terminal or a log would act upon, or that looks like another text. */
export const ShortTextSchema = Type.String({
  pattern: SHORT_TEXT_PATTERN,
  description: '1 to 50 code points; no control characters, none that turn or hide text.',
});
export const DeviceNameSchema = Type.String({
  pattern: DEVICE_NAME_PATTERN,
  description: '1 to 255 code points; no control characters, none that turn or hide text.',
});

const FormatsSchema = Type.Array(ShortTextSchema, { maxItems: FORMATS_MAX });

export const CapabilitiesSchema = Type.Object(
  {
    maxResolution: Type.Optional(Type.Enum([...RESOLUTIONS])),
    hdrFormats: Type.Optional(FormatsSchema),
    audioCodecs: Type.Optional(FormatsSchema),
    remoteControllable: Type.Optional(Type.Boolean()),
    canCast: Type.Optional(Type.Boolean()),
    screenSizeInches: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  },
  {
    additionalProperties: false,
    description: 'What a device can play and what may be asked of it.',
  },
);

export const registrationFields = {
  deviceType: Type.Enum([...DEVICE_TYPES]),
  platform: ShortTextSchema,
  appVersion: ShortTextSchema,
  deviceName: Type.Optional(Type.Union([DeviceNameSchema, Type.Null()])),
  capabilities: Type.Optional(CapabilitiesSchema),
};

/** What a device says of itself when it says hello. */
export const HelloDeviceSchema = Type.Object(
  { deviceId: DeviceIdSchema, ...registrationFields },
  { additionalProperties: false },
);
export type HelloDevice = Static<typeof HelloDeviceSchema>;

/** One device as the user's others see it. `removed`: it was deleted and will not come back. [LIV6] */
export const DevicePresenceSchema = Type.Object({
  deviceId: DeviceIdSchema,
  deviceType: Type.Enum([...DEVICE_TYPES]),
  platform: Type.String(),
  appVersion: Type.String(),
  deviceName: Type.Union([Type.String(), Type.Null()]),
  capabilities: CapabilitiesSchema,
  lastSeen: Type.String({ description: 'RFC 3339, UTC, in ms.' }),
  state: Type.Enum(['online', 'offline', 'removed']),
});
export type DevicePresence = Static<typeof DevicePresenceSchema>;
