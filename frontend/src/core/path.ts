// SPDX-License-Identifier: Apache-2.0
// Whether sound would get through to the media node: a connection in no call, without a microphone.

const PATIENCE_MS = 5000;

/** True or false; null when nobody answered the offer, which says nothing of the path. */
export async function tryPath(offer: (sdp: string) => Promise<string>): Promise<boolean | null> {
  const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  try {
    pc.addTransceiver("audio", { direction: "recvonly" });
    const connected = settled(pc);
    await pc.setLocalDescription();
    const answer = await offer(pc.localDescription?.sdp ?? "").catch(() => null);
    if (answer === null) return null;
    await pc.setRemoteDescription({ type: "answer", sdp: answer });
    return await connected;
  } catch {
    return null;
  } finally {
    pc.close();
  }
}

function settled(pc: RTCPeerConnection): Promise<boolean> {
  return new Promise((done) => {
    setTimeout(() => done(false), PATIENCE_MS);
    pc.onconnectionstatechange = () => {
      if (pc.connectionState === "connected") done(true);
      if (pc.connectionState === "failed") done(false);
    };
  });
}
