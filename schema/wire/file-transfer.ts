/**
 * The `file_transfer` channel, after `opened`: messages (`message.ts`), one request after the other on one channel.
 *
 *   client                              service
 *   stat{path}                       <- found{kind,...} or failed{code}
 *   list{path}                       <- entries{entries} ..., listed{}
 *   read{path,have}                  <- reading{size,mode,mtime,offset}, data{bytes} ..., finished{sha256}
 *   write{path,size,mode,mtime,...}  <- writing{have}
 *   from{offset}, data{bytes} ..., finished{sha256}   <- done{}
 *   mkdir{path,mode}                 <- done{}
 *
 * Instead of any answer `failed{code,message}` may come; a `write` that failed is still ended by its `finished`. What is there already is named by
 * length and SHA-256 (`have`), and used only where both ends find the same. A path is relative to the home of who signs in at the target.
 */
import { z } from 'zod';
import { RefusalCode } from '../refusal.ts';

/** Bytes of a file in one message: what one SFTP packet carries everywhere. */
export const FILE_CHUNK = 32_000;
export const MAX_ENTRIES = 200;

const MAX_PATH = 4096;
const Sha256 = z.instanceof(Uint8Array).refine(({ length }) => length === 32);
const Size = z.int().nonnegative();
/** Permissions only: neither setuid nor what a special file is. */
const Mode = z.int().min(0).max(0o777);
/** Seconds since the epoch. */
const Time = z.int().nonnegative();
const RemotePath = z
  .string()
  .min(1)
  .max(MAX_PATH)
  .refine(isPlainPath, { error: 'a path without .. and without NUL' });
const Have = z.strictObject({ size: Size, sha256: Sha256 });
export type Have = z.infer<typeof Have>;

export const FileKind = z.enum(['file', 'directory', 'link', 'other']);
export type FileKind = z.infer<typeof FileKind>;

const Data = z.strictObject({
  type: z.literal('data'),
  bytes: z.instanceof(Uint8Array).refine(({ length }) => length > 0 && length <= FILE_CHUNK),
});
const Finished = z.strictObject({ type: z.literal('finished'), sha256: Sha256 });

export const FileRequest = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('stat'), path: RemotePath }),
  z.strictObject({ type: z.literal('list'), path: RemotePath }),
  z.strictObject({ type: z.literal('read'), path: RemotePath, have: Have.optional() }),
  z.strictObject({
    type: z.literal('write'),
    path: RemotePath,
    size: Size,
    mode: Mode,
    mtime: Time,
    /** Go on with what an interrupted transfer left. */
    resume: z.boolean(),
  }),
  z.strictObject({ type: z.literal('from'), offset: Size }),
  Data,
  Finished,
  z.strictObject({ type: z.literal('mkdir'), path: RemotePath, mode: Mode }),
]);
export type FileRequest = z.infer<typeof FileRequest>;

export const FileStat = z.strictObject({ kind: FileKind, size: Size, mode: Mode, mtime: Time });
export type FileStat = z.infer<typeof FileStat>;
export const FileEntry = FileStat.extend({ name: z.string().min(1).max(1024).refine(isPlainName) });
export type FileEntry = z.infer<typeof FileEntry>;

export const FileAnswer = z.discriminatedUnion('type', [
  FileStat.extend({ type: z.literal('found') }),
  z.strictObject({ type: z.literal('entries'), entries: z.array(FileEntry).max(MAX_ENTRIES) }),
  z.strictObject({ type: z.literal('listed') }),
  z.strictObject({ type: z.literal('reading'), size: Size, mode: Mode, mtime: Time, offset: Size }),
  Data,
  Finished,
  z.strictObject({ type: z.literal('writing'), have: Have.optional() }),
  z.strictObject({ type: z.literal('done') }),
  z.strictObject({ type: z.literal('failed'), code: RefusalCode, message: z.string().max(1024) }),
]);
export type FileAnswer = z.infer<typeof FileAnswer>;

/** A name that stays in its directory. */
export function isPlainName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name);
}

/** A path that never climbs. */
export function isPlainPath(path: string): boolean {
  return !path.includes('\0') && !path.split('/').includes('..');
}
