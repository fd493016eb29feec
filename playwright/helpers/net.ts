// SPDX-License-Identifier: Apache-2.0
import { connect, createServer, type Socket } from "node:net";

/** A TCP way to the server that a story can break. Playwright's `setOffline` leaves open WebSockets alone. */
export interface Way {
  port: number;
  pass(): void;
  /** Packets vanish and nobody is told: only heartbeats notice. */
  blackhole(): void;
  /** Connections are cut and refused. */
  cut(): void;
  close(): void;
}

export async function way(target: number): Promise<Way> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let mode: "pass" | "blackhole" | "refuse" = "pass";
  const drop = () => {
    for (const [a, b] of pairs) {
      a.destroy();
      b.destroy();
    }
  };
  const server = createServer((near) => {
    if (mode === "refuse") return void near.destroy();
    const far = connect(target, "127.0.0.1");
    const pair = [near, far] as const;
    pairs.add(pair);
    const end = () => {
      near.destroy();
      far.destroy();
      pairs.delete(pair);
    };
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on("data", (d) => mode === "pass" && to.write(d));
      from.on("error", end);
      from.on("close", end);
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    pass() {
      mode = "pass";
    },
    blackhole() {
      mode = "blackhole";
    },
    cut() {
      mode = "refuse";
      drop();
    },
    close() {
      drop();
      server.close();
    },
  };
}
