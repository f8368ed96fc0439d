/** A thing a person may reach. */
import { z } from 'zod';
import { SecretId } from './ids.ts';

export const Protocol = z.enum(['ssh', 'tcp', 'vnc']);
export type Protocol = z.infer<typeof Protocol>;

const Host = z
  .string()
  .min(1)
  .max(253)
  .meta({ examples: ['10.0.0.9'] });
const Port = z.int().min(1).max(65535);

/** Where the service node finds the target, and what it insists on. Never shown to an organization's users. */
export const Target = z.discriminatedUnion('protocol', [
  z.strictObject({
    protocol: z.literal('ssh'),
    host: Host,
    port: Port.default(22),
    username: z
      .string()
      .min(1)
      .max(64)
      .meta({ examples: ['deploy'] }),
    /** Accepted host keys, as OpenSSH prints them: `SHA256:` and unpadded base64. */
    hostKeys: z
      .array(
        z
          .string()
          .regex(/^SHA256:[A-Za-z0-9+/]{43}$/)
          .meta({ examples: ['SHA256:uNiVztksCsDhcc0u9e8BrrJXVGDdmHZ9jCCoGgCZCIQ'] }),
      )
      .min(1)
      .max(8),
  }),
  z.strictObject({ protocol: z.literal('tcp'), host: Host, port: Port }),
  z.strictObject({
    protocol: z.literal('vnc'),
    host: Host,
    port: Port.default(5900),
    /** What the server must ask for (RFC 6143 section 7.2): a password, or nothing at all. */
    security: z.enum(['password', 'none']).default('password'),
  }),
]);
export type Target = z.infer<typeof Target>;

/** What the service node signs in with, sealed at rest and delivered only when a session starts. */
export const Credential = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('private_key'),
    privateKey: z
      .string()
      .max(16384)
      .meta({ examples: ['-----BEGIN OPENSSH PRIVATE KEY-----\n...\n-----END OPENSSH PRIVATE KEY-----\n'] }),
  }),
  z.strictObject({ type: z.literal('password'), password: z.string().max(1024) }),
]);
export type Credential = z.infer<typeof Credential>;

/** With a resource: the credential itself, or a secret of the organization that holds it. */
export const GivenCredential = z.union([Credential, z.strictObject({ secret: SecretId })]);
export type GivenCredential = z.infer<typeof GivenCredential>;
