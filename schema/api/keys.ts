/** The platform's keys, an organization's key at work, and how they are exchanged. */
import { z } from 'zod';
import { OrgId } from '../ids.ts';

export const KeyOperationKind = z.enum(['rewrap', 'rotate']);
export type KeyOperationKind = z.infer<typeof KeyOperationKind>;
export const KeyOperationState = z.enum(['running', 'done', 'failed', 'cancelled']);
export type KeyOperationState = z.infer<typeof KeyOperationState>;

const Reason = z.string().trim().min(1).max(500);

export const StartKeyOperation = z
  .strictObject({
    kind: KeyOperationKind,
    /** Of a rotation: this organization's key alone. */
    org: OrgId.optional(),
    reason: Reason,
  })
  .refine(({ kind, org }) => kind === 'rotate' || org === undefined, {
    error: 'a re-wrap is of everything: only a rotation can be of one organization',
  })
  .meta({ examples: [{ kind: 'rewrap', reason: 'moving to OpenBao' }] });

export const KeyOperationView = z
  .object({
    id: z.uuid(),
    kind: KeyOperationKind,
    org: OrgId.nullable(),
    state: KeyOperationState,
    /** How many sealed texts were looked at and how many were moved on, over all passes. */
    looked: z.int(),
    moved: z.int(),
    pass: z.int(),
    error: z.string().nullable(),
    reason: z.string(),
    startedBy: z.string(),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({
    examples: [
      {
        id: '0d8e7a1c-5f0b-4a36-9d3e-2f1a6b7c8d90',
        kind: 'rewrap',
        org: null,
        state: 'running',
        looked: 1200,
        moved: 800,
        pass: 1,
        error: null,
        reason: 'moving to OpenBao',
        startedBy: 'user:4b1f0c62-8a43-4e0d-9b61-0f2b7d9f1c11',
        startedAt: '2026-01-02T03:04:05.000Z',
        finishedAt: null,
      },
    ],
  });
export type KeyOperationView = z.infer<typeof KeyOperationView>;

export const KeyServiceView = z
  .object({
    /** Null when it does not answer; then `error` says why. */
    service: z
      .object({ backend: z.enum(['local', 'transit']), version: z.string(), opens: z.array(z.string()) })
      .nullable(),
    error: z.string().nullable(),
    /** The newest twenty, newest first. */
    operations: z.array(KeyOperationView),
  })
  .meta({
    examples: [
      {
        service: {
          backend: 'transit',
          version: 'transit:fabric:v3',
          opens: ['transit:fabric:v3', 'transit:fabric:v2'],
        },
        error: null,
        operations: [],
      },
    ],
  });

/** What an organization's data key was used for. */
export const KEY_USES = [
  'secret.seal',
  'secret.open',
  'credential.open',
  'recording.seal',
  'recording.open',
  'webhook.seal',
  'webhook.sign',
  'identity-provider.seal',
  'identity-provider.open',
  'key.rotate',
] as const;
export const KeyUse = z.enum(KEY_USES);
export type KeyUse = z.infer<typeof KeyUse>;

export const KeyUseView = z.object({
  /** The minute in which they happened. */
  minute: z.iso.datetime(),
  purpose: KeyUse,
  /** What was sealed or opened; `*` stands for those that did not fit in a minute of their own. */
  subject: z.string(),
  actor: z.string(),
  uses: z.int().positive(),
});
export const KeyUseList = z.object({ uses: z.array(KeyUseView) }).meta({
  examples: [
    {
      uses: [
        {
          minute: '2026-01-02T03:04:00.000Z',
          purpose: 'secret.open',
          subject: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
          actor: 'node',
          uses: 3,
        },
      ],
    },
  ],
});
export const KeyUseQuery = z.object({
  before: z.iso.datetime().optional(),
  offset: z.coerce.number().int().min(0).max(100_000).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const CLUSTER_KEYS = ['signing', 'ca'] as const;
export const ClusterKey = z.enum(CLUSTER_KEYS);
export type ClusterKey = z.infer<typeof ClusterKey>;
/** `introduced`: told, not used. `active`: signs. `previous`: signs no more, still believed. `retired`: not believed, kept for the way back. */
export const KeyPhase = z.enum(['introduced', 'active', 'previous', 'retired']);
export type KeyPhase = z.infer<typeof KeyPhase>;
export const RotationStep = z.enum(['introduce', 'activate', 'retire', 'back']);
export type RotationStep = z.infer<typeof RotationStep>;

export const RotateClusterKey = z
  .strictObject({
    step: RotationStep,
    /** Do not wait for those that it waits for: they may have to enrol anew. */
    force: z.boolean().default(false),
    reason: Reason,
  })
  .meta({ examples: [{ step: 'introduce', reason: 'yearly' }] });

export type RotateClusterKey = z.infer<typeof RotateClusterKey>;

export const ClusterKeysView = z
  .object({
    keys: z.array(
      z.object({
        id: z.uuid(),
        purpose: ClusterKey,
        phase: KeyPhase,
        phaseAt: z.iso.datetime(),
        /** RFC 7638 thumbprint of a signing key, SHA-256 of a CA's certificate, base64url. */
        fingerprint: z.string(),
      }),
    ),
    /** Nodes that are live and what each rotation still waits for, by name. */
    waiting: z.object({
      /** Have not yet a snapshot with the keys as they are now. */
      toLearn: z.array(z.string()),
      /** Still show a certificate of another CA than the active one. */
      toRenew: z.array(z.string()),
      /** Silent for as long as a snapshot lives: nobody waits for them, and they may have to enrol anew. */
      away: z.array(z.string()),
    }),
    /** Until then what the previous signing key signed may be in use. */
    overlapUntil: z.iso.datetime().nullable(),
  })
  .meta({
    examples: [
      {
        keys: [
          {
            id: '0d8e7a1c-5f0b-4a36-9d3e-2f1a6b7c8d90',
            purpose: 'signing',
            phase: 'active',
            phaseAt: '2026-01-02T03:04:05.000Z',
            fingerprint: 'oNj0YqVQ3j2mXyq0f1bXl6bD2pX3yR4m8u0m6zv8c2E',
          },
        ],
        waiting: { toLearn: [], toRenew: [], away: [] },
        overlapUntil: null,
      },
    ],
  });
export type ClusterKeysView = z.infer<typeof ClusterKeysView>;
