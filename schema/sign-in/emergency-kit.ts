/** The emergency kit: what a person prints and locks away, since nobody can give them their secret key a second time. */

export interface Kit {
  /** Where they sign in. */
  readonly address: string;
  readonly email: string;
  readonly secretKey: string;
}

export function kitText({ address, email, secretKey }: Kit): string {
  return `Secure Access Fabric: emergency kit

Print this, write your password on it, and lock it away. Whoever has this page and
your password can sign in as you. Without it nobody can, not even the platform's owner.

  Sign in at   ${address}
  E-mail       ${email}
  Secret key   ${secretKey}
  Password     ______________________________

You need the secret key once on each new device. If both are lost, ask an owner of your
organization to invite you anew.
`;
}

const escaped = (text: string) =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0) ?? 0};`);

/** One page that prints as it is; nothing in it is fetched from anywhere. */
export function kitHtml({ address, email, secretKey }: Kit): string {
  const row = (name: string, value: string) => `<tr><th>${name}<td>${escaped(value)}`;
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Emergency kit for ${escaped(email)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:2rem 0}th,td{border:1px solid #999;padding:.8rem;text-align:left}
th{width:8rem}td{font-family:ui-monospace,monospace;overflow-wrap:anywhere}</style>
<h1>Emergency kit</h1><p>Secure Access Fabric</p>
<table>${row('Sign in at', address)}${row('E-mail', email)}${row('Secret key', secretKey)}${row('Password', '')}</table>
<p>Print this, write your password on it, and lock it away. Whoever has this page and your password can sign in as you.
Without it nobody can, not even the platform's owner.</p>
<p>You need the secret key once on each new device. If both are lost, ask an owner of your organization to invite you anew.</p>
</html>
`;
}
