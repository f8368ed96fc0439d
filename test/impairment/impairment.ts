/** What one direction of a line does to the packets in it. What is left out does not happen. */
export interface Impairment {
  /** Milliseconds that every packet is under way. */
  readonly delayMs?: number;
  /** Up to so many milliseconds more, uniform. Order is kept: a packet never overtakes an earlier one. */
  readonly jitterMs?: number;
  /** Share (0 to 1) of the packets that is lost, each by itself. */
  readonly loss?: number;
  /** Losses that come together. */
  readonly burst?: BurstLoss;
  /** Share of the packets that is held back for `reorderMs`, so that later ones overtake them. */
  readonly reorder?: number;
  /** Default 10. */
  readonly reorderMs?: number;
  /** Share of the packets that arrives twice. */
  readonly duplicate?: number;
  /** Share of the packets in which one bit is flipped. */
  readonly corrupt?: number;
  /** Bit/s of UDP payload. */
  readonly rate?: number;
  /** Bytes that may wait for their turn under `rate`; what comes then is dropped (tail drop). Default 65536. */
  readonly queueBytes?: number;
}

/** The Gilbert-Elliott model: in its bad state the line loses everything. Both are probabilities per packet. */
export interface BurstLoss {
  readonly enter: number;
  readonly leave: number;
}

/** Packets since the start. `entered + duplicated` is the sum of all the others except `corrupted` and `reordered`. */
export interface Counters {
  entered: number;
  passed: number;
  lost: number;
  /** No room under the rate limit, or more under way than a line may hold. */
  overflowed: number;
  /** Lost because the line was cut. */
  cut: number;
  /** Under way now. */
  waiting: number;
  duplicated: number;
  reordered: number;
  corrupted: number;
}

export const noCounts = (): Counters => ({
  entered: 0,
  passed: 0,
  lost: 0,
  overflowed: 0,
  cut: 0,
  waiting: 0,
  duplicated: 0,
  reordered: 0,
  corrupted: 0,
});
