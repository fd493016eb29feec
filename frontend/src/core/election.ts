// SPDX-License-Identifier: Apache-2.0
// One softphone per browser: the tab that holds the Web Lock rings, and has the microphone.

export interface Election {
  /** The person said "use the phone here". */
  take(): void;
  close(): void;
}

export function elect(lock: string, changed: (leads: boolean) => void): Election {
  if (!navigator.locks) {
    changed(true); // without Web Locks (http on a LAN address) every tab is alone
    return { take() {}, close() {} };
  }
  let release: (() => void) | null = null;
  let queued: AbortController | null = null;
  let closed = false;

  const hold = () =>
    new Promise<void>((done) => {
      release = done;
      changed(true);
    });
  const lost = () => {
    release = null;
    if (closed) return;
    changed(false);
    wait();
  };
  const wait = () => {
    const turn = new AbortController();
    queued = turn;
    navigator.locks.request(lock, { signal: turn.signal }, hold).catch(() => !turn.signal.aborted && lost());
  };

  changed(false);
  wait();
  return {
    take() {
      if (release) return;
      queued?.abort();
      navigator.locks.request(lock, { steal: true }, hold).catch(lost);
    },
    close() {
      closed = true;
      queued?.abort();
      release?.();
    },
  };
}

/** The id of this tab. A reload is the same tab; a duplicated one is not, though it inherits our storage. */
export function instanceOf(storage: Storage, reloaded: boolean, fresh: () => string): string {
  const kept = reloaded ? storage.getItem("headcall.instance") : null;
  const id = kept ?? fresh();
  storage.setItem("headcall.instance", id);
  return id;
}
