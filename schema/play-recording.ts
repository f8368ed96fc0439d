/** Opens a recording part by part and says what it is worth: nothing changed, moved or left out, and whether its end is there. For console and command line alike. */
import { RecordingSeal, type RecordingState } from './recording.ts';

export interface Sealed {
  readonly recording: string;
  readonly state: RecordingState;
  readonly parts: number;
  /** 32 bytes. */
  readonly dataKey: Uint8Array;
  part(index: number): Promise<Uint8Array>;
}

/** The asciicast text, part by part. @throws Refusal `seal_broken` at the first part that is not as it was recorded */
export async function* openRecording({
  recording,
  state,
  parts,
  dataKey,
  part,
}: Sealed): AsyncGenerator<string> {
  const seal = await RecordingSeal.of(recording, dataKey);
  const decoder = new TextDecoder();
  for (let index = 0; index < parts; index += 1) {
    // That a recording is complete is its last part's word, not the server's.
    const isLast = state === 'complete' && index === parts - 1;
    yield decoder.decode(await seal.open(index, isLast, await part(index)), { stream: true });
  }
}
