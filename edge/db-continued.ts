/**
 * A transaction that goes on: what was asked in it first decides whether more may be asked, and more is asked at once. It saves the second beginning, role, tenant and commit of
 * nearly every read. Only who holds the continuing database can go on, only in the same organization, and only before this process does anything else: nobody waits for
 * a network or a timer with a connection in hand. Otherwise it is committed, and the next asking is a transaction of its own.
 */
import type { OrgId } from '../schema/ids.ts';
import type { Database, Tx } from './db.ts';

export interface Continued<T> {
  readonly result: T;
  readonly db: Database;
}

export async function continued<T>(
  db: Database,
  org: OrgId,
  work: (tx: Tx) => Promise<T>,
): Promise<Continued<T>> {
  const first = Promise.withResolvers<T>();
  const more = Promise.withResolvers<((tx: Tx) => Promise<void>) | undefined>();
  const whole = db.org(org, async (tx) => {
    first.resolve(await work(tx));
    await (await more.promise)?.(tx);
  });
  let open = true;
  const end = () => {
    open = false;
    more.resolve(undefined);
  };
  // A connection that dies meanwhile is the trouble of whoever goes on, and of nobody when nobody does.
  whole.catch((error: unknown) => {
    open = false;
    first.reject(error);
  });
  const result = await first.promise;
  const unused = setTimeout(end, 0);
  const goOn: Database['org'] = (wanted, next) => {
    if (!open || wanted !== org) {
      end();
      return db.org(wanted, next);
    }
    open = false;
    clearTimeout(unused);
    return new Promise((resolve, reject) => {
      more.resolve(async (tx) => {
        const value = await next(tx);
        whole.then(() => resolve(value), reject);
      });
      whole.catch(reject);
    });
  };
  return {
    result,
    db: {
      ...db,
      org: goOn,
      platform: (ask) => {
        end();
        return db.platform(ask);
      },
      together: (ask) => {
        end();
        return db.together(ask);
      },
    },
  };
}
