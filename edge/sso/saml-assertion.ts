/**
 * Holds a signed assertion to the request it should answer (SAML 2.0 profiles, section 4.1.4.3): issuer, bearer confirmation with this recipient, this request and a time,
 * and a subject that lasts. Pure; it sees nothing but what the signature covers.
 */
import { z } from 'zod';
import { Refusal } from '../../schema/refusal.ts';

export const CLOCK_SKEW_MS = 30_000;

const Text = z.union([z.string(), z.object({ _: z.string() }).transform(({ _ }) => _)]);
const Confirmation = z.object({
  $: z.object({ Method: z.string() }),
  SubjectConfirmationData: z.tuple([
    z.object({
      $: z.object({
        Recipient: z.string(),
        InResponseTo: z.string(),
        NotOnOrAfter: z.iso.datetime({ offset: true }),
      }),
    }),
  ]),
});
/** As the library's parser gives it: attributes under `$`, text under `_`, every child a list. */
const Assertion = z.object({
  $: z.object({ ID: z.string().min(1).max(256) }),
  Issuer: z.tuple([Text]),
  Subject: z.tuple([
    z.object({
      NameID: z.tuple([
        z.object({ _: z.string(), $: z.object({ Format: z.string() }).partial().optional() }),
      ]),
      SubjectConfirmation: z.array(z.unknown()).min(1),
    }),
  ]),
  Conditions: z.tuple([z.object({ $: z.object({ NotOnOrAfter: z.iso.datetime({ offset: true }) }) })]),
  AttributeStatement: z
    .array(
      z.object({
        Attribute: z
          .array(
            z.object({ $: z.object({ Name: z.string() }), AttributeValue: z.array(z.unknown()).default([]) }),
          )
          .default([]),
      }),
    )
    .default([]),
});

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';

export interface Fit {
  readonly issuer: string;
  readonly recipient: string;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface SignedAssertion {
  readonly id: string;
  readonly subject: string;
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  /** From when on its time is over, skew included. */
  readonly until: Date;
}

/** @throws Refusal `sso_refused` that says which check failed */
export function checkAssertion(
  assertion: unknown,
  { issuer, recipient, requestId, now }: Fit,
): SignedAssertion {
  const parsed = z.object({ Assertion }).safeParse(assertion);
  if (!parsed.success) throw refused('the assertion lacks what it must hold');
  const { $, Issuer, Subject, Conditions, AttributeStatement } = parsed.data.Assertion;
  if (Issuer[0] !== issuer) throw refused('the assertion is of another issuer');
  const { NameID, SubjectConfirmation } = Subject[0];
  if (NameID[0].$?.Format === TRANSIENT)
    throw refused('the provider names people anew each time: let it send a lasting NameID');
  const confirmed = SubjectConfirmation.flatMap((one) => {
    const { data } = Confirmation.safeParse(one);
    if (data?.$.Method !== BEARER) return [];
    const { Recipient, InResponseTo, NotOnOrAfter } = data.SubjectConfirmationData[0].$;
    const ends = Date.parse(NotOnOrAfter) + CLOCK_SKEW_MS;
    return Recipient === recipient && InResponseTo === requestId && now < ends ? [ends] : [];
  });
  if (confirmed.length === 0) throw refused('the assertion is for another recipient or request, or too old');
  const ends = Date.parse(Conditions[0].$.NotOnOrAfter) + CLOCK_SKEW_MS;
  if (now >= ends) throw refused('the assertion is too old');
  const attributes = new Map<string, string[]>();
  for (const { Attribute } of AttributeStatement) {
    for (const {
      $: { Name },
      AttributeValue,
    } of Attribute)
      attributes.set(
        Name,
        AttributeValue.flatMap((value) => Text.safeParse(value).data ?? []),
      );
  }
  return { id: $.ID, subject: NameID[0]._, attributes, until: new Date(Math.max(ends, ...confirmed)) };
}

/** No document type (entities), no SHA-1 (collisions can be made). Before anything is parsed. */
export function refuseUnsafeXml(xml: string): void {
  if (/<!DOCTYPE|<!ENTITY/i.test(xml)) throw refused('the response declares a document type');
  if (/xmldsig#(rsa-|dsa-|hmac-)?sha1/i.test(xml)) throw refused('the response is signed with SHA-1');
}

const refused = (why: string) => new Refusal('sso_refused', why);
