import { useSyncStatus } from '@cuepoint/client/react';
import { useId } from 'react';
import type { OpenDevice } from './open-device.ts';
import { useSettings } from './use-devices.ts';

/** What a person cannot change of a real device so easily: its network and its clock. */
export function DeviceConditions({ device }: { readonly device: OpenDevice }) {
  const { isOnline, skew } = useSettings(device);
  const { skews } = device;
  const slider = useId();
  const label = skews[skew]?.label ?? '';
  const { clockOffsetMs } = useSyncStatus();
  return (
    <fieldset className="conditions">
      <legend>Conditions of the {device.name}</legend>
      <label className="switch">
        <input
          type="checkbox"
          role="switch"
          checked={isOnline}
          aria-checked={isOnline}
          onChange={({ target }) => device.setOnline(target.checked)}
        />
        <span className="switch-track" aria-hidden="true" />
        <span>Network</span>
      </label>
      <div className="skew">
        <label htmlFor={slider}>Clock</label>
        <input
          id={slider}
          type="range"
          min={0}
          max={skews.length - 1}
          step={1}
          value={skew}
          aria-valuetext={label}
          onChange={({ target }) => device.setSkew(Number(target.value))}
        />
        <output htmlFor={slider}>{label}</output>
      </div>
      <p className="quiet offset">
        {clockOffsetMs === undefined
          ? 'Not measured against the service yet'
          : `Corrected by ${durationText(clockOffsetMs)}`}
      </p>
    </fieldset>
  );
}

function durationText(ms: number): string {
  const seconds = Math.abs(ms) / 1_000;
  const sign = ms < 0 ? '−' : '+';
  if (seconds < 1) return `${sign}${Math.round(Math.abs(ms))} ms`;
  if (seconds < 120) return `${sign}${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${sign}${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${sign}${Math.round(seconds / 3_600)} h`;
  if (seconds < 63_072_000) return `${sign}${Math.round(seconds / 86_400)} days`;
  return `${sign}${Math.round(seconds / 31_557_600)} years`;
}
