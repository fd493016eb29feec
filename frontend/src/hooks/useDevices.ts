// SPDX-License-Identifier: Apache-2.0
import { useCallback, useEffect, useState } from "react";

export interface Devices {
  inputs: MediaDeviceInfo[];
  outputs: MediaDeviceInfo[];
  refresh(): void;
}

/** The sound devices of this machine, as they come and go. Names are empty until the microphone was allowed once. */
export function useDevices(): Devices {
  const [all, setAll] = useState<MediaDeviceInfo[]>([]);
  const refresh = useCallback(() => {
    void navigator.mediaDevices?.enumerateDevices().then(setAll, () => setAll([]));
  }, []);
  useEffect(() => {
    refresh();
    navigator.mediaDevices?.addEventListener("devicechange", refresh);
    return () => navigator.mediaDevices?.removeEventListener("devicechange", refresh);
  }, [refresh]);
  // Windows lists the default and the communications device a second time under these ids.
  const real = all.filter((d) => d.deviceId !== "communications");
  return {
    inputs: real.filter((d) => d.kind === "audioinput"),
    outputs: real.filter((d) => d.kind === "audiooutput"),
    refresh,
  };
}

export function usePermission(name: "microphone" | "notifications"): PermissionState | "unknown" {
  const [state, setState] = useState<PermissionState | "unknown">("unknown");
  useEffect(() => {
    let status: PermissionStatus | null = null;
    const read = () => status && setState(status.state);
    navigator.permissions
      ?.query({ name: name as PermissionName })
      .then((s) => {
        status = s;
        s.addEventListener("change", read);
        read();
      })
      .catch(() => undefined);
    return () => status?.removeEventListener("change", read);
  }, [name]);
  return state;
}
