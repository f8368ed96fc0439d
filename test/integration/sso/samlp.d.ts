/** What the tests use of `samlp`, which brings no types. */
declare module 'samlp' {
  interface Options {
    readonly issuer: string;
    readonly cert: string;
    readonly key: string;
    readonly recipient: string;
    readonly destination: string;
    readonly lifetimeInSeconds: number;
    readonly getPostURL: (
      audience: string,
      request: unknown,
      req: unknown,
      done: (error: null, url: string) => void,
    ) => void;
    readonly getUserFromRequest: () => SamlPerson;
    readonly profileMapper: (person: SamlPerson) => {
      getClaims(): object;
      getNameIdentifier(): { nameIdentifier: string };
    };
    readonly responseHandler: (response: Buffer) => void;
  }
  interface SamlPerson {
    readonly nameId: string;
    readonly [attribute: string]: unknown;
  }
  type Handler = (
    request: { method: string; query: object; body: object },
    response: { send: (why: unknown) => void },
    next: (error: unknown) => void,
  ) => void;
  const samlp: { auth(options: Options): Handler };
  export default samlp;
}
