/** What an organization wants of the sessions on a resource: who may take them over, watch or share them, how long they last, and whether they are recorded. */
import { z } from 'zod';

/** What an attachment is in its session. One controls; those who share may type as well; observers see and send nothing. */
export const AttachmentRole = z.enum(['controller', 'shared', 'observer']);
export type AttachmentRole = z.infer<typeof AttachmentRole>;

/** `own`: the holder's other devices. `permitted`: those as well who hold the permission for it. */
const Audience = z.enum(['never', 'own', 'permitted']);
export type Audience = z.infer<typeof Audience>;

const MINUTE_S = 60;
const WEEK_S = 7 * 24 * 3600;
const Limit = z.int().min(MINUTE_S).max(WEEK_S).nullable().default(null);

export const SessionPolicy = z
  .strictObject({
    /** Taking control from one who is there; where nobody is, whoever may attach has it. */
    takeover: z.enum(['allowed', 'ask', 'never']).default('allowed'),
    /** With `ask`: what it means that whoever is in control did not answer. */
    unanswered: z.enum(['refuse', 'allow']).default('refuse'),
    observe: Audience.default('own'),
    share: Audience.default('own'),
    /** Seconds without input from anybody. */
    idleSeconds: Limit,
    /** Seconds from the start, whatever happens. */
    maxSeconds: Limit,
    recording: z.enum(['off', 'best_effort', 'required']).default('off'),
    /** What is typed as well: passwords too. */
    recordInput: z.boolean().default(false),
    /** Days a recording is kept. */
    keepDays: z.int().min(1).max(3650).default(90),
    /** To open or attach, a person proved who they are in the last ten minutes. */
    stepUp: z.boolean().default(false),
  })
  .meta({ examples: [{ takeover: 'ask', observe: 'permitted', idleSeconds: 900, recording: 'required' }] });
export type SessionPolicy = z.infer<typeof SessionPolicy>;
/** As it is given and kept: what is left out is as nobody said anything. */
export type GivenSessionPolicy = z.input<typeof SessionPolicy>;

export const NO_SESSION_POLICY: SessionPolicy = SessionPolicy.parse({});

/** How long whoever is in control has to answer, milliseconds. */
export const ASK_MS = 30_000;
