// SPDX-License-Identifier: Apache-2.0
/** Two voices along one line: theirs above, ours below. The same picture as every recording's waveform. */
export function Mark({ size = 30 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" className="shrink-0">
      <rect width="32" height="32" rx="9" fill="#2b45c9" />
      <g strokeWidth="2.6" strokeLinecap="round" fill="none">
        <path d="M8 14v-2M12 14V8.500M16 14V6M20 14V9.500M24 14v-2.500" stroke="#fff" />
        <path d="M8 18.500v2.500M12 18.500v4M16 18.500v7M20 18.500V24M24 18.500v1.500" stroke="#7fe0d2" />
      </g>
    </svg>
  );
}
